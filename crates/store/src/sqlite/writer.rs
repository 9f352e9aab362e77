//! The thread that writes: many calls in one transaction.

use std::thread;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::Failure;

/// How many calls share a transaction at most.
const TOGETHER: usize = 64;
/// How many wait at most before others wait for a place among them.
const WAITING: usize = 1_024;

pub(super) struct Writer(mpsc::Sender<Box<dyn Job>>);

/// A call that waits to be carried out: more than once, if the transaction that it shares fails.
trait Job: Send {
    fn run(&mut self, connection: &Connection) -> Result<(), Failure>;
    /// It is committed, or it has failed.
    fn finish(self: Box<Self>, outcome: Result<(), Failure>);
}

struct Work<F, T> {
    work: F,
    result: Option<T>,
    reply: oneshot::Sender<Result<T, Failure>>,
}

impl<F, T> Job for Work<F, T>
where
    F: FnMut(&Connection) -> Result<T, Failure> + Send,
    T: Send,
{
    fn run(&mut self, connection: &Connection) -> Result<(), Failure> {
        self.result = Some((self.work)(connection)?);
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: Result<(), Failure>) {
        let Self { result, reply, .. } = *self;
        let none = || Failure::unavailable("the work was not done");
        // Nobody may be waiting any more.
        let _ = reply.send(outcome.and_then(|()| result.ok_or_else(none)));
    }
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Result<Self, Failure> {
        let (sender, queue) = mpsc::channel(WAITING);
        let thread = thread::Builder::new().name("pairnym-store".into());
        thread.spawn(move || serve(connection, queue)).map_err(Failure::unavailable)?;
        Ok(Self(sender))
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let gone = "the writing thread has ended";
        let (reply, result) = oneshot::channel();
        let job = Box::new(Work { work, result: None, reply });
        self.0.send(job).await.map_err(|_| Failure::unavailable(gone))?;
        result.await.map_err(|_| Failure::unavailable(gone))?
    }
}

fn serve(mut connection: Connection, mut queue: mpsc::Receiver<Box<dyn Job>>) {
    while let Some(first) = queue.blocking_recv() {
        let mut jobs = vec![first];
        while jobs.len() < TOGETHER {
            match queue.try_recv() {
                Ok(job) => jobs.push(job),
                Err(_) => break,
            }
        }
        if jobs.len() > 1 && commit(&mut connection, &mut jobs).is_ok() {
            jobs.into_iter().for_each(|job| job.finish(Ok(())));
        } else {
            // One of them may have spoilt it for the others: each alone.
            for mut job in jobs {
                let outcome = commit(&mut connection, std::slice::from_mut(&mut job));
                job.finish(outcome);
            }
        }
    }
}

/// All of the jobs, or none of them.
fn commit(connection: &mut Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in jobs {
        job.run(&transaction)?;
    }
    Ok(transaction.commit()?)
}
