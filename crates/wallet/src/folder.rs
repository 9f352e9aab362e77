//! The folder of a wallet: one process at a time, and files that are replaced as a whole.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::Failure;

/// A folder that this process alone uses, until it is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if there is none, for its owner alone.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(path)?;
        let lock = private().create(true).truncate(false).open(path.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Failure::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Nothing if there is no such file.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        match fs::read(self.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Either the old bytes are on the disk or the new ones; after the return, the new ones.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let new = self.join(&format!("{name}.new"));
        let mut file = private().create(true).truncate(true).open(&new)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        drop(file);
        if let Err(error) = written.and_then(|()| fs::rename(&new, self.join(name))) {
            // What is left of it would only fill the disk further.
            let _ = fs::remove_file(&new);
            return Err(error.into());
        }
        self.sync()
    }

    /// Appends to a file, and returns once the bytes are on the disk. If that fails, the file is as
    /// long as before.
    pub(crate) fn append(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.join(name);
        let fresh = !path.exists();
        let mut file = private().create(true).append(true).open(path)?;
        let before = file.metadata()?.len();
        if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
            file.set_len(before)?;
            return Err(error.into());
        }
        if fresh { self.sync() } else { Ok(()) }
    }

    /// Cuts a file to this length.
    pub(crate) fn cut(&self, name: &str, length: u64) -> Result<(), Failure> {
        let file = private().open(self.join(name))?;
        file.set_len(length)?;
        Ok(file.sync_all()?)
    }

    /// Whether there was one.
    pub(crate) fn remove(&self, name: &str) -> Result<bool, Failure> {
        match fs::remove_file(self.join(name)) {
            Ok(()) => self.sync().map(|()| true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The names in the folder, too, are on the disk.
    fn sync(&self) -> Result<(), Failure> {
        #[cfg(unix)]
        File::open(&self.path)?.sync_all()?;
        Ok(())
    }
}

/// Files that only their owner can open.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
