//! How does a body leave that is made of slices of mapped files?
//!
//! A body is a queue of slices. hyper takes them a piece at a time, so a client that reads slowly
//! holds no memory of ours, and a piece that is not in memory is read ahead on a blocking thread.

use crate::blobs::{read_ahead, resident};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::task::JoinHandle;

/// Bytes handed to hyper at once.
pub(crate) const PIECE: usize = 256 * 1024;

/// A body of slices with an end that somebody may want to know of.
pub(crate) struct Slices {
    queue: VecDeque<Bytes>,
    left: u64,
    reading: Option<JoinHandle<Bytes>>,
    on_end: Option<Box<dyn FnOnce() + Send>>,
}

impl Slices {
    /// The slices in their order.
    pub(crate) fn new(slices: impl IntoIterator<Item = Bytes>) -> Slices {
        let queue: VecDeque<Bytes> = slices
            .into_iter()
            .filter(|slice| !slice.is_empty())
            .collect();
        let left = queue.iter().map(|slice| slice.len() as u64).sum();
        Slices {
            queue,
            left,
            reading: None,
            on_end: None,
        }
    }

    /// Bytes that are still to be taken.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Called once hyper has taken the last piece; not if the client leaves before.
    #[must_use]
    pub(crate) fn on_end(mut self, told: impl FnOnce() + Send + 'static) -> Slices {
        self.on_end = Some(Box::new(told));
        self
    }

    fn next_piece(&mut self) -> Option<Bytes> {
        let front = self.queue.front_mut()?;
        let piece = front.split_to(front.len().min(PIECE));
        if front.is_empty() {
            self.queue.pop_front();
        }
        Some(piece)
    }

    fn give(&mut self, piece: Bytes) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.left -= piece.len() as u64;
        if self.left == 0
            && let Some(told) = self.on_end.take()
        {
            told();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

impl Body for Slices {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.reading.is_none() {
            let Some(piece) = self.next_piece() else {
                return Poll::Ready(None);
            };
            if resident(&piece) {
                return self.give(piece);
            }
            let read = move || {
                read_ahead(&piece);
                piece
            };
            self.reading = Some(tokio::task::spawn_blocking(read));
        }
        let Some(reading) = &mut self.reading else {
            return Poll::Ready(None);
        };
        match Pin::new(reading).poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(read) => {
                self.reading = None;
                match read {
                    Ok(piece) => self.give(piece),
                    // The blocking thread was cancelled: the runtime is ending.
                    Err(_) => Poll::Ready(None),
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[tokio::test]
    async fn pieces_are_bounded_and_whole_in_order() {
        let long = Bytes::from(vec![7u8; PIECE * 2 + 5]);
        let mut body = Slices::new([Bytes::from_static(b"ab"), Bytes::new(), long]);
        assert_eq!(body.left(), PIECE as u64 * 2 + 7);
        let mut sizes = Vec::new();
        while let Some(frame) = body.frame().await {
            sizes.push(frame.unwrap().into_data().unwrap().len());
        }
        assert_eq!(sizes, [2, PIECE, PIECE, 5]);
        assert!(body.is_end_stream());
    }

    #[tokio::test]
    async fn the_end_is_told_when_the_last_piece_is_taken_and_not_before() {
        let told = Arc::new(AtomicBool::new(false));
        let heard = Arc::clone(&told);
        let two = [Bytes::from_static(b"a"), Bytes::from_static(b"b")];
        let mut body = Slices::new(two).on_end(move || heard.store(true, Ordering::Relaxed));
        body.frame().await;
        assert!(!told.load(Ordering::Relaxed));
        body.frame().await;
        assert!(told.load(Ordering::Relaxed));
    }
}
