//! The numbers, as a table and as JSON.

use std::collections::BTreeMap;
use std::fmt;

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use pairnym_store::postgres::NoTls;
use serde::Serialize;

use crate::Failure;
use crate::commits::Commits;
use crate::latency::Percentiles;
use crate::processor::Spent;

#[derive(Debug, Serialize)]
pub struct Report {
    pub scale: u64,
    pub together: u64,
    pub people: u64,
    pub authentications: u64,
    pub seconds: f64,
    pub processors: usize,
    pub processor_seconds: Spent,
    pub commits: Commits,
    pub latencies_ms: BTreeMap<&'static str, Percentiles>,
    pub database_bytes: BTreeMap<String, u64>,
}

/// How large each database is.
pub async fn sizes(port: u16) -> Result<BTreeMap<String, u64>, Failure> {
    let url = format!("postgres://pairnym@127.0.0.1:{port}/postgres");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    let sizes = "SELECT datname, pg_database_size(datname) FROM pg_database
        WHERE NOT datistemplate AND datname <> 'postgres'";
    let rows = client.query(sizes, &[]).await?;
    let size = |row: &tokio_postgres::Row| {
        let (name, bytes): (&str, i64) = (row.try_get(0)?, row.try_get(1)?);
        Ok((name.to_owned(), bytes as u64))
    };
    rows.iter().map(size).collect()
}

/// How many people and how many accounts there are.
pub async fn kept(port: u16) -> Result<(u64, u64), Failure> {
    let count = async |database: &str, table: &str| {
        let url = format!("postgres://pairnym@127.0.0.1:{port}/{database}");
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
        tokio::spawn(connection);
        let row = client.query_one(&format!("SELECT count(*) FROM pairnym.{table}"), &[]).await?;
        Ok::<_, Failure>(row.try_get::<_, i64>(0)? as u64)
    };
    let accounts = count("shop", "accounts").await? + count("video", "accounts").await?;
    Ok((count("authority", "people").await?, accounts))
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

impl Report {
    /// What would have to be more for more people a second.
    fn bottleneck(&self) -> String {
        let all: f64 = self.processor_seconds.values().sum();
        if all < 0.8 * self.seconds * self.processors as f64 {
            return "waiting, for commits or for other programs: the processors were not busy"
                .into();
        }
        let most = self.processor_seconds.iter().max_by(|one, other| one.1.total_cmp(other.1));
        let (part, spent) = most.map_or(("nothing", 0.0), |(part, spent)| (&**part, *spent));
        format!("the processors, of which {part} takes {:.0} %", spent / all * 100.0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { people, authentications, seconds, processors, .. } = self;
        writeln!(
            f,
            "1 : {}. {people} people enrolled and {authentications} authentications in {seconds:.0} s \
             on {processors} processors: {:.0} and {:.0} a second, {} people at once.\n",
            self.scale,
            *people as f64 / seconds,
            *authentications as f64 / seconds,
            self.together,
        )?;
        let all: f64 = self.processor_seconds.values().sum();
        let mut parts = table(&["part", "processor s", "share", "ms a person"]);
        for (part, spent) in &self.processor_seconds {
            let share = format!("{:.0} %", spent / all * 100.0);
            let each = format!("{:.2}", spent / *people as f64 * 1_000.0);
            parts.add_row([part.clone(), format!("{spent:.1}"), share, each]);
        }
        let busy = format!("{:.0} %", all / (seconds * *processors as f64) * 100.0);
        parts.add_row(["of what there was".to_owned(), format!("{all:.1}"), busy, String::new()]);
        writeln!(f, "{parts}\n")?;
        writeln!(f, "Bottleneck: {}.\n", self.bottleneck())?;
        let Commits { in_the_run, bare_a_second } = &self.commits;
        let each_second = *in_the_run as f64 / seconds;
        writeln!(
            f,
            "PostgreSQL: {in_the_run} transactions, {:.1} a person, {each_second:.0} a second: {:.2} of \
             the {bare_a_second:.0} rows that it commits one by one with nothing else to do.\n",
            *in_the_run as f64 / *people as f64,
            each_second / bare_a_second,
        )?;
        let mut calls = table(&["call, ms", "calls", "50 %", "95 %", "99 %", "99.9 %"]);
        for (what, Percentiles { calls: many, p50, p95, p99, p999 }) in &self.latencies_ms {
            let ms = |value: &f64| format!("{value:.1}");
            calls.add_row([
                (*what).to_owned(),
                many.to_string(),
                ms(p50),
                ms(p95),
                ms(p99),
                ms(p999),
            ]);
        }
        writeln!(f, "{calls}\n")?;
        let mut databases = table(&["database", "MB", "bytes a person"]);
        for (name, bytes) in &self.database_bytes {
            let each = format!("{:.0}", *bytes as f64 / *people as f64);
            databases.add_row([name.clone(), format!("{:.1}", *bytes as f64 / 1e6), each]);
        }
        write!(f, "{databases}")
    }
}
