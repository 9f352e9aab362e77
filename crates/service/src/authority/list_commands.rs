//! Making parameter lists (SPEC §4.5), offline: each command writes a list that nobody has signed
//! yet, and `sign-list` adds a signature.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use pairnym::attribute::Kind;
use pairnym::authority::AuthorityKey;
use pairnym::{
    AuthorityId, AuthorityParameters, Message as _, ParameterList, ParametersId, PlatformId,
    Schema, UnixTime,
};
use pairnym_transport::authority::SignedList;
use pairnym_transport::envelope::Envelope as _;
use serde::Deserialize;

use super::keys;
use crate::program::{Failure, hex32};

const DAY: u64 = 86_400;

/// A command about lists.
#[derive(Subcommand)]
pub(super) enum ListCommand {
    /// Makes the first list of an authority.
    FirstList(Box<First>),
    /// Makes the next list, for a further time.
    Renew {
        #[command(flatten)]
        after: After,
    },
    /// Makes the next list, with a further key.
    Rotate {
        #[command(flatten)]
        after: After,
        /// The seed of the new key.
        #[arg(long)]
        seed_file: PathBuf,
        /// When the new key begins: no list says anything about that time yet.
        #[arg(long)]
        from: u64,
        /// The attributes of the new key; without it, those of the last one.
        #[arg(long)]
        schema: Option<PathBuf>,
    },
    /// Makes the next list, without a key that was stolen.
    Withdraw {
        #[command(flatten)]
        after: After,
        /// The parameters of the stolen key, 64 hex digits.
        #[arg(long)]
        parameters: String,
        /// Since when the key is suspect.
        #[arg(long)]
        suspect_since: u64,
        /// The seed of the key that takes its place, if it was the issuing one.
        #[arg(long)]
        seed_file: Option<PathBuf>,
    },
    /// Adds the signature of a list key to a list.
    SignList {
        /// The list key.
        #[arg(long)]
        key_file: PathBuf,
        /// The list, which is written again.
        list: PathBuf,
    },
    /// Shows a list: serial, times, keys, how many have signed.
    ShowList {
        /// The list.
        list: PathBuf,
    },
}

/// The first list.
#[derive(Args)]
pub(super) struct First {
    /// The authority's id.
    #[arg(long)]
    authority: AuthorityId,
    /// Its host.
    #[arg(long)]
    host: PlatformId,
    /// The seed of its key.
    #[arg(long)]
    seed_file: PathBuf,
    /// The attributes: `attributes = [{ name = "age_over_18", kind = "flag" }, …]`.
    #[arg(long)]
    schema: PathBuf,
    /// The length of an epoch.
    #[arg(long, default_value_t = DAY)]
    epoch_seconds: u64,
    /// How many batches of 32 items of evidence come with each credential.
    #[arg(long)]
    batches: u8,
    #[command(flatten)]
    time: Time,
}

/// For which time a list is.
#[derive(Args)]
pub(super) struct Time {
    /// When it begins, a Unix time; without it, now.
    #[arg(long)]
    since: Option<u64>,
    /// For how long, 31 days at most.
    #[arg(long, default_value_t = 31)]
    days: u64,
    /// Where it is written: not over a file that is there.
    #[arg(long)]
    out: PathBuf,
}

/// Which list it follows.
#[derive(Args)]
pub(super) struct After {
    /// The list before.
    #[arg(long)]
    list: PathBuf,
    #[command(flatten)]
    time: Time,
}

impl Time {
    fn range(&self) -> Range<UnixTime> {
        let since = self.since.unwrap_or(UnixTime::now().0);
        UnixTime(since)..UnixTime(since.saturating_add(self.days.saturating_mul(DAY)))
    }

    fn write(&self, list: &ParameterList) -> Result<(), Failure> {
        let bytes = SignedList::new(list, &[]).to_json()?;
        let shown = |error: std::io::Error| format!("{}: {error}", self.out.display());
        let mut file = std::fs::File::create_new(&self.out).map_err(shown)?;
        std::io::Write::write_all(&mut file, &bytes).map_err(shown)?;
        println!("wrote {}, which nobody has signed yet:", self.out.display());
        show(list, 0);
        Ok(())
    }
}

impl After {
    fn read(&self) -> Result<ParameterList, Failure> {
        Ok(read(&self.list)?.1)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemaFile {
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    name: String,
    kind: WrittenKind,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenKind {
    Flag,
    Integer,
    Text,
}

impl ListCommand {
    pub(super) fn carry_out(&self) -> Result<(), Failure> {
        match self {
            Self::FirstList(first) => {
                let First { authority, host, seed_file, schema, epoch_seconds, batches, time } =
                    &**first;
                let (key, schema) = (key(seed_file)?, read_schema(schema)?);
                let epoch = Duration::from_secs(*epoch_seconds);
                let parameters =
                    AuthorityParameters::new(&key, *authority, epoch, *batches, schema)?;
                let list = ParameterList::first(*host, time.range(), UnixTime(0), parameters)?;
                time.write(&list)
            }
            Self::Renew { after } => after.time.write(&after.read()?.renew(after.time.range())?),
            Self::Rotate { after, seed_file, from, schema } => {
                let list = after.read()?;
                let parameters = like_the_last(&list, seed_file, schema.as_deref())?;
                let next = list.rotate(after.time.range(), UnixTime(*from), parameters)?;
                after.time.write(&next)
            }
            Self::Withdraw { after, parameters, suspect_since, seed_file } => {
                let list = after.read()?;
                let id = hex32(parameters).ok_or("--parameters: not 64 hex digits")?;
                let replacement =
                    seed_file.as_ref().map(|seed| like_the_last(&list, seed, None)).transpose()?;
                let (id, since) = (ParametersId(id), UnixTime(*suspect_since));
                let next = list.withdraw(after.time.range(), &id, since, replacement)?;
                after.time.write(&next)
            }
            Self::SignList { key_file, list: path } => {
                let (mut signed, list) = read(path)?;
                let new = SignedList::new(&list, &[keys::signing(key_file)?]).signatures;
                signed.signatures.retain(|old| new.iter().all(|new| new.key != old.key));
                signed.signatures.extend(new);
                let beside = path.with_extension("new");
                std::fs::write(&beside, signed.to_json()?)?;
                std::fs::rename(&beside, path)?;
                show(&list, signed.signatures.len());
                Ok(())
            }
            Self::ShowList { list } => {
                let (signed, list) = read(list)?;
                show(&list, signed.signatures.len());
                Ok(())
            }
        }
    }
}

/// A list whose signatures are not looked at.
fn read(path: &Path) -> Result<(SignedList, ParameterList), Failure> {
    let shown = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let bytes = std::fs::read(path).map_err(|error| shown(&error))?;
    let signed = SignedList::from_json(&bytes).map_err(|error| shown(&error))?;
    let list = ParameterList::from_bytes(&signed.list).map_err(|error| shown(&error))?;
    Ok((signed, list))
}

fn key(seed_file: &Path) -> Result<AuthorityKey, Failure> {
    Ok(AuthorityKey::from_seed(&*keys::read(seed_file)?)?)
}

fn read_schema(path: &Path) -> Result<Schema, Failure> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file: SchemaFile =
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let kind = |kind| match kind {
        WrittenKind::Flag => Kind::Flag,
        WrittenKind::Integer => Kind::Integer,
        WrittenKind::Text => Kind::Text,
    };
    let attributes = file.attributes.iter();
    Ok(Schema::new(attributes.map(|of| (of.name.as_str(), kind(of.kind))))?)
}

/// Parameters for another key, otherwise as the last ones.
fn like_the_last(
    list: &ParameterList,
    seed_file: &Path,
    schema: Option<&Path>,
) -> Result<AuthorityParameters, Failure> {
    let last = list.entries().last().ok_or("a list without a key")?.parameters();
    let schema = match schema {
        Some(path) => read_schema(path)?,
        None => last.schema().clone(),
    };
    let epoch = Duration::from_secs(last.epoch_length().get().into());
    let (key, batches) = (key(seed_file)?, last.batches().get());
    Ok(AuthorityParameters::new(&key, *list.authority(), epoch, batches, schema)?)
}

fn show(list: &ParameterList, signatures: usize) {
    let hex = |id: &ParametersId| id.0.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    println!("  list {} of {} at {}", list.serial(), list.authority(), list.host());
    println!("  since {}, until {}, {signatures} signatures", list.since().0, list.until().0);
    for entry in list.entries() {
        println!("  from {}: parameters {}", entry.from().0, hex(entry.parameters().id()));
    }
    for withdrawn in list.withdrawn() {
        println!("  withdrawn: parameters {}", hex(&withdrawn.parameters));
    }
}
