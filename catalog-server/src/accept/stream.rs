//! Which clients hold a connection without using it?
//!
//! A stream that gives back the bytes read while its protocol was recognised, notes when a byte
//! last moved, and fails when its reader takes next to nothing for a whole window while we have
//! bytes for it. Reading slowly is allowed; standing still is not.

use super::unbuffered::{Socket, poll_send};
use crate::mappings::Mappings;
use bytes::{Buf, Bytes};
use std::io;
use std::os::fd::RawFd;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// When the last byte moved, in milliseconds after the connection was made, and whether its reader was given up.
#[derive(Clone)]
pub(super) struct Activity {
    since: Instant,
    moved_ms: Arc<AtomicU64>,
    stalled: Arc<AtomicBool>,
}

impl Activity {
    pub(super) fn now() -> Activity {
        Activity {
            since: Instant::now(),
            moved_ms: Arc::default(),
            stalled: Arc::default(),
        }
    }

    fn mark(&self) {
        self.moved_ms
            .store(self.since.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    /// Whether the connection ended because its reader stood still. hyper does not say: it takes an error
    /// between two requests for an ordinary end.
    pub(super) fn stalled(&self) -> bool {
        self.stalled.load(Ordering::Relaxed)
    }

    /// When a connection without a byte since the last one has been idle for `limit`.
    pub(super) fn idle_at(&self, limit: Duration) -> Instant {
        self.since + Duration::from_millis(self.moved_ms.load(Ordering::Relaxed)) + limit
    }
}

/// Whatever is unsent is thrown away when the socket is closed, and the client is told at once: a reader
/// that stands still would otherwise hold it in the kernel for minutes.
fn abandon(socket: RawFd) {
    let linger = libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    let size = size_of::<libc::linger>() as libc::socklen_t;
    // SAFETY: the kernel reads one live `linger`; a descriptor that is none is refused by it.
    unsafe {
        libc::setsockopt(
            socket,
            libc::SOL_SOCKET,
            libc::SO_LINGER,
            (&raw const linger).cast(),
            size,
        );
    }
}

/// Bytes that the kernel still holds for the client; none where it cannot be asked.
fn unsent(socket: RawFd) -> usize {
    let mut bytes: libc::c_int = 0;
    // SAFETY: the kernel writes one live int; a descriptor that is none is refused by it.
    let asked = unsafe { libc::ioctl(socket, libc::TIOCOUTQ, &mut bytes) };
    if asked == 0 { bytes.max(0) as usize } else { 0 }
}

/// Answers from this length on may lie in the kernel, unread, when all of them is written.
const LONG: usize = 16 * 1024;

/// A client's stream under watch.
pub(super) struct Watched<S> {
    inner: S,
    ahead: Bytes,
    activity: Activity,
    window: Duration,
    least: usize,
    taken: usize,
    timer: Option<Pin<Box<Sleep>>>,
    /// Bytes written since the kernel was last known to hold none.
    written: usize,
    /// What it held when the window of the last answer began, and the end of that window.
    held: usize,
    reading: Option<Pin<Box<Sleep>>>,
    socket: RawFd,
    mappings: Arc<Mappings>,
}

/// How little a reader may take.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    pub(super) window: Duration,
    /// Bytes per window.
    pub(super) least: usize,
}

impl<S> Watched<S> {
    /// `ahead` was read already; `socket` is what the stream lives on; bytes of `mappings` go out uncopied.
    pub(super) fn new(
        inner: S,
        socket: RawFd,
        ahead: Vec<u8>,
        activity: Activity,
        pace: Pace,
        mappings: Arc<Mappings>,
    ) -> Watched<S> {
        Watched {
            inner,
            ahead: ahead.into(),
            activity,
            window: pace.window,
            least: pace.least,
            taken: 0,
            timer: None,
            written: 0,
            held: 0,
            reading: None,
            socket,
            mappings,
        }
    }

    fn give_up(&self) -> io::Error {
        self.activity.stalled.store(true, Ordering::Relaxed);
        abandon(self.socket);
        io::Error::new(io::ErrorKind::TimedOut, "the client stopped reading")
    }

    fn judge(
        &mut self,
        cx: &mut Context<'_>,
        wrote: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let Poll::Pending = wrote else {
            if let Poll::Ready(Ok(n)) = &wrote {
                self.activity.mark();
                self.taken += n;
                self.written += n;
            }
            return wrote;
        };
        let window = self.window;
        if self.timer.is_none() {
            self.taken = 0;
        }
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(window)));
        while timer.as_mut().poll(cx).is_ready() {
            if self.taken < self.least {
                return Poll::Ready(Err(self.give_up()));
            }
            self.taken = 0;
            timer.as_mut().reset(Instant::now() + window);
        }
        Poll::Pending
    }

    /// While we wait for the next request: is the last answer being read? It may lie in the kernel whole.
    fn last_answer(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        // While a write waits, its own timer says whether anything is taken.
        if self.written < LONG || self.timer.is_some() {
            self.reading = None;
            return Poll::Pending;
        }
        let (window, held) = (self.window, unsent(self.socket));
        if held == 0 {
            (self.written, self.reading) = (0, None);
            return Poll::Pending;
        }
        if self.reading.is_none() {
            self.held = held;
        }
        let timer = self
            .reading
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(window)));
        while timer.as_mut().poll(cx).is_ready() {
            if self.held.saturating_sub(held) < self.least {
                return Poll::Ready(self.give_up());
            }
            self.held = held;
            timer.as_mut().reset(Instant::now() + window);
        }
        Poll::Pending
    }
}

impl<S> Drop for Watched<S> {
    /// Whoever is not reading the last answer loses it with the connection; a slow reader gets the rest from the
    /// kernel.
    fn drop(&mut self) {
        let unread = self.reading.is_some().then(|| unsent(self.socket));
        if unread.is_some_and(|held| held > 0 && self.held.saturating_sub(held) < self.least) {
            self.give_up();
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ahead.has_remaining() {
            let n = self.ahead.len().min(buf.remaining());
            buf.put_slice(&self.ahead[..n]);
            self.ahead.advance(n);
            return Poll::Ready(Ok(()));
        }
        let read = Pin::new(&mut self.inner).poll_read(cx, buf);
        if read.is_ready() {
            self.activity.mark();
            return read;
        }
        self.last_answer(cx).map(Err)
    }
}

impl<S: Socket> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.judge(cx, wrote)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let plain = self.inner.plain();
        let sent = plain.and_then(|socket| poll_send(socket, &self.mappings, bufs, cx));
        let wrote = sent.unwrap_or_else(|| Pin::new(&mut self.inner).poll_write_vectored(cx, bufs));
        self.judge(cx, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    /// hyper and h2 flush when all they had is written: nobody is being waited for any more.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.timer = None;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    impl Socket for tokio::io::DuplexStream {
        fn plain(&self) -> Option<&tokio::net::TcpStream> {
            None
        }
    }

    fn watched(
        capacity: usize,
        ahead: &[u8],
    ) -> (Watched<tokio::io::DuplexStream>, tokio::io::DuplexStream) {
        let (ours, theirs) = tokio::io::duplex(capacity);
        let pace = Pace {
            window: Duration::from_millis(20),
            least: 4,
        };
        let mappings = Arc::default();
        (
            Watched::new(ours, -1, ahead.to_vec(), Activity::now(), pace, mappings),
            theirs,
        )
    }

    #[tokio::test]
    async fn a_reader_that_stands_still_is_given_up() {
        let (mut ours, _theirs) = watched(8, b"");
        let error = ours.write_all(&[0; 100]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_reader_that_goes_on_is_served_to_the_end() {
        let (mut ours, mut theirs) = watched(8, b"");
        let reader = tokio::spawn(async move { theirs.read_exact(&mut [0; 10_000]).await });
        ours.write_all(&[0; 10_000]).await.unwrap();
        reader.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_was_read_ahead_comes_first() {
        let (mut ours, mut theirs) = watched(64, b"GET ");
        theirs.write_all(b"/ HTTP/1.1").await.unwrap();
        let mut text = [0; 14];
        ours.read_exact(&mut text).await.unwrap();
        assert_eq!(&text, b"GET / HTTP/1.1");
    }

    #[tokio::test]
    async fn once_all_is_written_nobody_is_waited_for() {
        let (mut ours, mut theirs) = watched(8, b"");
        let reader =
            tokio::spawn(async move { theirs.read_exact(&mut [0; 64]).await.map(|_| theirs) });
        ours.write_all(&[0; 64]).await.unwrap();
        assert!(ours.timer.is_some(), "the buffer was full on the way");
        ours.flush().await.unwrap();
        assert!(ours.timer.is_none());
        reader.await.unwrap().unwrap();
    }
}
