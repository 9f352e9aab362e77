//! What an operator does about one person in place of a counter.

use clap::Subcommand;
use pairnym::PersonId;

use super::Service;
use crate::program::{Failure, hex32};

/// A command about a person.
#[derive(Subcommand)]
pub(super) enum PersonCommand {
    /// A person whose identity was checked is here: shows the code to type.
    Identify(Whom),
    /// Deletes a person.
    Delete(Whom),
    /// Ends the sessions of a person who lost a device.
    Lost(Whom),
    /// Withdraws what was offered before a person's values were corrected.
    Correct(Whom),
}

#[derive(clap::Args)]
pub(super) struct Whom {
    /// The person's number, 64 hex digits.
    person: String,
    /// Who does it, for the audit log.
    #[arg(long)]
    actor: String,
}

impl Whom {
    fn id(&self) -> Result<PersonId, Failure> {
        Ok(PersonId(hex32(&self.person).ok_or("a person's number has 64 hex digits")?))
    }
}

impl PersonCommand {
    pub(super) async fn carry_out(&self, service: &Service) -> Result<(), Failure> {
        match self {
            Self::Identify(whom) => {
                service.nodes().look().await;
                println!("{}", service.identify(whom.id()?, &whom.actor).await?);
            }
            Self::Delete(whom) => {
                let deleted = service.delete(whom.id()?, &whom.actor).await?;
                println!("{}", if deleted { "deleted" } else { "nobody was registered" });
            }
            Self::Lost(whom) => {
                println!("{} sessions ended", service.lost(whom.id()?, &whom.actor).await?);
            }
            Self::Correct(whom) => {
                println!("{} offers withdrawn", service.correct(whom.id()?, &whom.actor).await?);
            }
        }
        Ok(())
    }
}
