//! Cost per presentation over batch size, one line for each number of threads.

use std::path::Path;

use plotters::prelude::*;

use crate::Result;
use crate::scaling::{Point, SIZES};

pub fn draw(points: &[Point], path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let most = points.iter().map(|point| point.microseconds).fold(0.0, f64::max);
    let (first, last) = (SIZES[0] as f64, SIZES[SIZES.len() - 1] as f64);
    let area = SVGBackend::new(path, (800, 500)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption("Verification of one presentation", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d((first..last).log_scale().base(2.0), 0.0..1.1 * most)?;
    chart
        .configure_mesh()
        .x_desc("presentations verified together")
        .y_desc("µs for each")
        .x_labels(SIZES.len() * 2)
        .max_light_lines(1)
        .label_style(("sans-serif", 14))
        .y_label_formatter(&|microseconds| format!("{microseconds:.0}"))
        .x_label_formatter(&|size| format!("{size:.0}"))
        .draw()?;
    for (index, points) in points.chunk_by(|a, b| a.threads == b.threads).enumerate() {
        let color = Palette99::pick(index).stroke_width(2);
        let place = |point: &Point| (point.batch as f64, point.microseconds);
        let threads = points.first().map_or(0, |point| point.threads);
        let name = if threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") };
        chart
            .draw_series(LineSeries::new(points.iter().map(place), color).point_size(3))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], color));
    }
    chart
        .configure_series_labels()
        .label_font(("sans-serif", 14))
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}
