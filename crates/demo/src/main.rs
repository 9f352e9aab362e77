//! `cargo run --release -p pairnym-demo`: everything in one process, to be clicked through.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use clap::Parser;
use pairnym_demo::World;
use tokio::net::TcpListener;

#[derive(Parser)]
#[command(
    name = "pairnym-demo",
    version,
    about = "An authority, platforms and wallets in one process, to be clicked through"
)]
struct Arguments {
    /// The port, on this machine alone; 0 for any that is free.
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { port } = Arguments::parse();
    match run(port).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pairnym-demo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(port: u16) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| format!("port {port}: {error}; take another one with --port"))?;
    let world = World::start(listener.local_addr()?.port()).await?;
    println!("{}", world.url());
    let stop = async {
        // Without the signal it goes on until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    world.serve(listener, stop).await
}
