//! How do the bytes of a mapped file go out without a copy?
//!
//! nginx's way, under stock hyper: what stands before them (the header of an answer) is sent with MSG_MORE, so
//! that it does not leave in a packet of its own, and the file's bytes by sendfile(2). Encrypted connections
//! and frames of HTTP/2 must be touched anyway, and are written as ever.

use crate::mappings::{Mappings, Place};
use std::io::{self, IoSlice};
use std::os::fd::AsRawFd;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, Interest};
use tokio::net::TcpStream;

/// Fewer bytes are copied sooner than looked up.
const WORTH: usize = 16 * 1024;

/// What a connection is made over.
pub(super) trait Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// The socket, if bytes go out on it as they are.
    fn plain(&self) -> Option<&TcpStream>;
}

impl Socket for TcpStream {
    fn plain(&self) -> Option<&TcpStream> {
        Some(self)
    }
}

impl Socket for tokio_rustls::server::TlsStream<TcpStream> {
    fn plain(&self) -> Option<&TcpStream> {
        None
    }
}

/// Sends the first of `bufs` from its file, or all that stand before it; `None` if none is worth it.
pub(super) fn poll_send(
    socket: &TcpStream,
    mappings: &Mappings,
    bufs: &[IoSlice<'_>],
    cx: &mut Context<'_>,
) -> Option<Poll<io::Result<usize>>> {
    let at = bufs.iter().position(|buf| buf.len() >= WORTH)?;
    let place = mappings.locate(&bufs[at])?;
    let length = bufs[at].len();
    Some(match &bufs[..at] {
        [] => poll(socket, cx, || from_file(socket, &place, length)),
        before => poll(socket, cx, || with_more_to_come(socket, before)),
    })
}

fn poll(
    socket: &TcpStream,
    cx: &mut Context<'_>,
    send: impl Fn() -> io::Result<usize>,
) -> Poll<io::Result<usize>> {
    loop {
        ready!(socket.poll_write_ready(cx))?;
        match socket.try_io(Interest::WRITABLE, &send) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            sent => return Poll::Ready(sent),
        }
    }
}

fn from_file(socket: &TcpStream, place: &Place, length: usize) -> io::Result<usize> {
    let mut offset = place.offset as libc::off_t;
    // SAFETY: both descriptors are open, and the kernel writes one live offset.
    let sent = unsafe {
        libc::sendfile(
            socket.as_raw_fd(),
            place.file.as_raw_fd(),
            &mut offset,
            length,
        )
    };
    match usize::try_from(sent) {
        Ok(0) => Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "an object became shorter while it was sent",
        )),
        Ok(sent) => Ok(sent),
        Err(_) => Err(io::Error::last_os_error()),
    }
}

fn with_more_to_come(socket: &TcpStream, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
    // SAFETY: a zeroed msghdr is an empty one.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    // An IoSlice is an iovec (std::io::IoSlice's documentation).
    message.msg_iov = bufs.as_ptr().cast_mut().cast();
    message.msg_iovlen = bufs.len() as _;
    let flags = libc::MSG_MORE | libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT;
    // SAFETY: the slices live until the call returns, and the kernel only reads them.
    let sent = unsafe { libc::sendmsg(socket.as_raw_fd(), &message, flags) };
    usize::try_from(sent).map_err(|_| io::Error::last_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::Arc;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn what_stands_before_and_the_file_s_own_bytes_arrive_in_order() {
        let content: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content).unwrap();
        let mappings = Arc::new(Mappings::default());
        let bytes = mappings.map(file).unwrap();
        let part = bytes.slice(1234..2_500_000);

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut reader = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (socket, _) = listener.accept().await.unwrap();
        let sender = tokio::spawn(async move {
            let (mut head, mut left) = (&b"head"[..], &part[..]);
            while !left.is_empty() {
                let bufs = [IoSlice::new(head), IoSlice::new(left)];
                let skip = usize::from(head.is_empty());
                let send = |cx: &mut Context<'_>| poll_send(&socket, &mappings, &bufs[skip..], cx);
                // The last few bytes are not worth a call of their own.
                let sent = std::future::poll_fn(|cx| send(cx).unwrap_or(Poll::Ready(Ok(0))));
                let sent = sent.await.unwrap();
                if sent == 0 {
                    return left.to_vec();
                }
                let of_head = sent.min(head.len());
                head = &head[of_head..];
                left = &left[sent - of_head..];
            }
            Vec::new()
        });
        let mut all = Vec::new();
        reader.read_to_end(&mut all).await.unwrap();
        all.extend(sender.await.unwrap());
        assert_eq!(&all[..4], b"head");
        assert!(all[4..] == content[1234..2_500_000]);
    }

    #[test]
    fn memory_that_is_no_file_s_and_short_slices_are_left_to_the_usual_way() {
        let mappings = Mappings::default();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let socket = TcpStream::connect(listener.local_addr().unwrap())
                .await
                .unwrap();
            let long = vec![0; WORTH];
            let mut cx = Context::from_waker(std::task::Waker::noop());
            for buf in [&long[..], b"short"] {
                assert!(poll_send(&socket, &mappings, &[IoSlice::new(buf)], &mut cx).is_none());
            }
        });
    }
}
