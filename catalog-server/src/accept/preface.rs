//! Which protocol does this client speak, and does it speak at all?
//!
//! HTTP/2 without TLS begins with a fixed preface (RFC 9113, 3.4). hyper-util's own detection waits
//! for it without a limit; this one has a limit for all of it.

use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};

const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What a client's first bytes say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Anything but the preface of HTTP/2: hyper's HTTP/1 parser will judge it.
    Http1(Vec<u8>),
    /// The whole preface of HTTP/2.
    Http2(Vec<u8>),
    /// The client left without a byte, or in the middle of the preface.
    Left,
    /// The time is over.
    Silent,
}

/// Reads until the protocol is certain, for at most `limit`.
pub(super) async fn recognise(stream: &mut (impl AsyncRead + Unpin), limit: Duration) -> Opening {
    tokio::time::timeout(limit, read(stream))
        .await
        .unwrap_or(Opening::Silent)
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Opening {
    let mut seen = Vec::with_capacity(PREFACE.len());
    loop {
        let mut buffer = [0; PREFACE.len()];
        let room = PREFACE.len() - seen.len();
        match stream.read(&mut buffer[..room]).await {
            Ok(n) if n > 0 => seen.extend(&buffer[..n]),
            _ => return Opening::Left,
        }
        if !PREFACE.starts_with(&seen) {
            return Opening::Http1(seen);
        }
        if seen.len() == PREFACE.len() {
            return Opening::Http2(seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    async fn open_with(bytes: &[u8], leave: bool) -> Opening {
        let (mut ours, mut theirs) = tokio::io::duplex(64);
        theirs.write_all(bytes).await.unwrap();
        let held = (!leave).then_some(theirs);
        let opening = recognise(&mut ours, Duration::from_millis(20)).await;
        drop(held);
        opening
    }

    #[tokio::test]
    async fn protocols_are_told_apart_by_their_first_bytes() {
        assert_eq!(
            open_with(b"GET /", false).await,
            Opening::Http1(b"GET /".to_vec())
        );
        assert_eq!(
            open_with(b"PRI * HTTP/1", false).await,
            Opening::Http1(b"PRI * HTTP/1".to_vec())
        );
        assert_eq!(
            open_with(PREFACE, false).await,
            Opening::Http2(PREFACE.to_vec())
        );
    }

    #[tokio::test]
    async fn silence_and_half_a_preface_end_at_the_limit() {
        assert_eq!(open_with(b"", false).await, Opening::Silent);
        assert_eq!(open_with(b"PRI * HT", false).await, Opening::Silent);
        assert_eq!(open_with(b"", true).await, Opening::Left);
        assert_eq!(open_with(b"PRI", true).await, Opening::Left);
    }
}
