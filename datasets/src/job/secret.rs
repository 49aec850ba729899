//! Where does the secret stand that tokens are signed with?

use crate::Error;
use crate::token::{SECRET_BYTES, TokenError};
use rand::TryRng;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Reads the secret: the file's bytes without the newline at its end.
///
/// # Errors
/// [`TokenError::NoSecret`], [`TokenError::ShortSecret`] or what the disk says.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let place = path.display().to_string();
    let mut secret = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(TokenError::NoSecret { place }.into());
        }
        Err(source) => {
            return Err(Error::Disk {
                path: path.to_owned(),
                source,
            });
        }
    };
    while secret
        .last()
        .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
    {
        secret.pop();
    }
    if secret.len() < SECRET_BYTES {
        return Err(TokenError::ShortSecret {
            place,
            found: secret.len(),
        }
        .into());
    }
    Ok(secret)
}

/// Writes a new secret (32 random bytes in hex) that only its owner may read, if there is none.
///
/// # Errors
/// What the disk or the system's random source says.
pub fn create(path: &Path) -> Result<(), Error> {
    let mut options = fs::OpenOptions::new();
    let mut file = match options.write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(source) => {
            return Err(Error::Disk {
                path: path.to_owned(),
                source,
            });
        }
    };
    let mut bytes = [0u8; SECRET_BYTES];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| Error::Disk {
            path: path.to_owned(),
            source: std::io::Error::other(error.to_string()),
        })?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(file, "{text}").map_err(Error::disk(path))
}
