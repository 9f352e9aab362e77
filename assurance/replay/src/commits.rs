//! What PostgreSQL commits: in a run, and of single rows with nothing else to do.

use std::time::{Duration, Instant};

use pairnym_store::postgres::NoTls;
use serde::Serialize;
use tokio_postgres::Client;

use crate::Failure;

/// From how many connections the bare rows come.
const CONNECTIONS: usize = 48;

/// For how long.
const FOR: Duration = Duration::from_secs(3);

#[derive(Debug, Serialize)]
pub struct Commits {
    pub in_the_run: u64,
    /// Rows that were inserted one by one, each in a transaction of its own, from 48 connections.
    pub bare_a_second: f64,
}

async fn connect(port: u16) -> Result<Client, Failure> {
    let url = format!("postgres://pairnym@127.0.0.1:{port}/postgres");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// How many a second PostgreSQL commits when it does nothing else.
pub async fn bare(port: u16) -> Result<f64, Failure> {
    let first = connect(port).await?;
    first.batch_execute("CREATE TABLE bare (number bigint PRIMARY KEY, row bytea)").await?;
    let began = Instant::now();
    let writers = (0..CONNECTIONS as i64).map(|writer| {
        tokio::spawn(async move {
            let client = connect(port).await?;
            let insert = client.prepare("INSERT INTO bare VALUES ($1, $2)").await?;
            let (mut number, row) = (writer, [7_u8; 200]);
            while began.elapsed() < FOR {
                client.execute(&insert, &[&number, &row.as_slice()]).await?;
                number += CONNECTIONS as i64;
            }
            Ok::<i64, Failure>(number / CONNECTIONS as i64)
        })
    });
    let mut rows = 0;
    for writer in writers.collect::<Vec<_>>() {
        rows += writer.await??;
    }
    let took = began.elapsed().as_secs_f64();
    first.batch_execute("DROP TABLE bare").await?;
    Ok(rows as f64 / took)
}

/// How many there were since it started, but for those of the last second.
pub async fn so_far(port: u16) -> Result<u64, Failure> {
    let sum = "SELECT sum(xact_commit)::bigint FROM pg_stat_database";
    Ok(connect(port).await?.query_one(sum, &[]).await?.try_get::<_, i64>(0)? as u64)
}
