//! Who gets a connection, for how long, and how does the last one end?
//!
//! Our own loop over hyper: `axum::serve` and hyper without a timer keep a silent client for ever.
//! Every wait here has a limit: first byte, header, a reader that stands still, an idle HTTP/2
//! connection, the drain. Caps hold overall and per address; one connection too many is told 503.

mod preface;
mod stream;
mod unbuffered;

use crate::config::{Connections, ms};
use crate::mappings::Mappings;
use crate::metrics::{Closed, Metrics};
use crate::service::Service;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use preface::Opening;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, RawFd};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use stream::{Activity, Pace, Watched};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use unbuffered::Socket;

/// How far the end has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub enum Phase {
    /// Connections are taken.
    Serving,
    /// Readiness fails; connections are still taken, so that a balancer can notice.
    Leaving,
    /// No new connection; those open end after the answer under way.
    Draining,
}

/// Where a connection comes from; every request on it carries this.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Serves `service` on `listener` until `phase` says otherwise, then drains within its limit.
pub(crate) async fn serve(
    listener: TcpListener,
    service: Arc<Service>,
    limits: Arc<Connections>,
    metrics: Arc<Metrics>,
    mappings: Arc<Mappings>,
    tls: Option<TlsAcceptor>,
    mut phase: watch::Receiver<Phase>,
) {
    let shared = Arc::new(Shared {
        limits,
        metrics,
        mappings,
        tls,
        places: Places::default(),
    });
    let mut open = JoinSet::new();
    let for_each = phase.clone();
    loop {
        tokio::select! {
            biased;
            () = draining(&mut phase) => break,
            Some(_) = open.join_next(), if !open.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let (shared, service, phase) = (shared.clone(), Arc::clone(&service), for_each.clone());
                    open.spawn(async move { shared.welcome(stream, peer, service, phase).await });
                }
                // Out of file descriptors, or a client gone before we looked. Neither is repaired
                // by asking again at once.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ms(50)).await;
                }
            },
        }
    }
    drop(listener);
    let all_ended = async { while open.join_next().await.is_some() {} };
    if timeout(ms(shared.limits.drain_ms), all_ended)
        .await
        .is_err()
    {
        tracing::warn!(
            connections = open.len(),
            "the drain's time is over, closing the rest"
        );
        open.shutdown().await;
    }
}

/// Ends when the drain begins, or the server is gone.
async fn draining(phase: &mut watch::Receiver<Phase>) {
    let _ = phase.wait_for(|phase| *phase == Phase::Draining).await;
}

struct Shared {
    limits: Arc<Connections>,
    metrics: Arc<Metrics>,
    mappings: Arc<Mappings>,
    tls: Option<TlsAcceptor>,
    places: Places,
}

impl Shared {
    async fn welcome(
        &self,
        mut stream: TcpStream,
        peer: SocketAddr,
        service: Arc<Service>,
        phase: watch::Receiver<Phase>,
    ) {
        let Some(_place) = self.places.take(peer.ip(), &self.limits) else {
            self.metrics.closed(Closed::Full);
            // A sentence in plain text would be noise to a client that begins with a handshake.
            if self.tls.is_none() {
                let _ = timeout(ms(1000), turn_away(&mut stream)).await;
            }
            return;
        };
        self.metrics.connection_opened();
        // Answers are small or long; neither gains from waiting for more.
        let _ = stream.set_nodelay(true);
        bound_unread(&stream, self.limits.stall_ms);
        let peer = Peer(peer.ip().to_canonical());
        let socket = stream.as_raw_fd();
        let why = match &self.tls {
            None => self.converse(stream, socket, peer, service, phase).await,
            Some(tls) => match timeout(ms(self.limits.first_byte_ms), tls.accept(stream)).await {
                Ok(Ok(stream)) => self.converse(stream, socket, peer, service, phase).await,
                Ok(Err(_)) => Closed::Broken,
                Err(_) => Closed::Silent,
            },
        };
        self.metrics.connection_closed();
        self.metrics.closed(why);
    }

    async fn converse(
        &self,
        mut stream: impl Socket,
        socket: RawFd,
        peer: Peer,
        service: Arc<Service>,
        phase: watch::Receiver<Phase>,
    ) -> Closed {
        let limits = &*self.limits;
        let opening = preface::recognise(&mut stream, ms(limits.first_byte_ms)).await;
        let (ahead, http2) = match opening {
            Opening::Http1(ahead) => (ahead, false),
            Opening::Http2(ahead) => (ahead, true),
            Opening::Left => return Closed::ByClient,
            Opening::Silent => return Closed::Silent,
        };
        let activity = Activity::now();
        let pace = Pace {
            window: ms(limits.stall_ms),
            least: limits.stall_bytes,
        };
        let mappings = Arc::clone(&self.mappings);
        let io = Watched::new(stream, socket, ahead, activity.clone(), pace, mappings);
        let outcome = activity.clone();
        let service = service_fn(move |request| {
            let service = Arc::clone(&service);
            async move { service.answer(peer, request).await }
        });
        let io = TokioIo::new(io);
        let ended = if http2 {
            let connection = http2_builder(limits).serve_connection(io, service);
            let idle = idle(activity, limits);
            drive(
                connection,
                |connection| connection.graceful_shutdown(),
                idle,
                phase,
            )
            .await
        } else {
            let connection = http1_builder(limits).serve_connection(io, service);
            let never = std::future::pending();
            drive(
                connection,
                |connection| connection.graceful_shutdown(),
                never,
                phase,
            )
            .await
        };
        match ended {
            _ if outcome.stalled() => Closed::Stalled,
            Some(Ok(())) => Closed::ByClient,
            Some(Err(error)) if error.is_timeout() => Closed::Silent,
            Some(Err(error)) => {
                tracing::debug!(%error, "a connection ended early");
                Closed::Broken
            }
            None => Closed::Idle,
        }
    }
}

/// One connection to its end. `None`: it was idle and is dropped.
async fn drive<C: Future<Output = hyper::Result<()>>>(
    connection: C,
    finish: impl Fn(Pin<&mut C>),
    idle: impl Future<Output = ()>,
    mut phase: watch::Receiver<Phase>,
) -> Option<hyper::Result<()>> {
    let (mut connection, mut idle) = (pin!(connection), pin!(idle));
    let mut leaving = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => return Some(ended),
            () = draining(&mut phase), if !leaving => {
                leaving = true;
                finish(connection.as_mut());
            }
            () = idle.as_mut() => return None,
        }
    }
}

/// Ends once no byte has moved for the limit.
async fn idle(activity: Activity, limits: &Connections) {
    let limit = ms(limits.idle_ms);
    loop {
        let at = activity.idle_at(limit);
        if at <= Instant::now() {
            return;
        }
        sleep_until(at).await;
    }
}

/// With a timer: without one hyper's limits do nothing (hyper issue 3919).
fn http1_builder(limits: &Connections) -> hyper::server::conn::http1::Builder {
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(ms(limits.header_ms))
        .max_headers(limits.max_headers)
        // Below 8 KB hyper refuses to be configured.
        .max_buf_size(limits.max_header_bytes.max(8192))
        .half_close(false);
    builder
}

/// The resets of CVE-2023-44487 are bounded by name, not by a default of another version.
fn http2_builder(limits: &Connections) -> hyper::server::conn::http2::Builder<TokioExecutor> {
    let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.max_streams)
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(1024)
        .max_header_list_size(limits.max_header_bytes as u32);
    builder
}

/// Bytes that the kernel holds for one reader (it doubles the number, and caps it at `net.core.wmem_max`):
/// room for a chunk of 256 KB, so that one goes out by one call. A reader that stands still is
/// noticed by [`Watched`] once this is full; without the bound a whole song would lie in the kernel and
/// look as if it had been taken.
const SEND_BUFFER: libc::c_int = 256 * 1024;

/// Bounds what a reader may leave unread, and for how long the kernel goes on offering it after we gave
/// the connection up. What the system refuses changes nothing else.
fn bound_unread(stream: &TcpStream, limit_ms: u64) {
    let limit = libc::c_int::try_from(limit_ms).unwrap_or(libc::c_int::MAX);
    let options = [
        (libc::SOL_SOCKET, libc::SO_SNDBUF, SEND_BUFFER),
        (libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT, limit),
    ];
    for (level, name, value) in options {
        let size = size_of::<libc::c_int>() as libc::socklen_t;
        // SAFETY: the descriptor is open, and the kernel reads one int from a live one.
        let refused = unsafe {
            libc::setsockopt(
                stream.as_raw_fd(),
                level,
                name,
                (&raw const value).cast(),
                size,
            )
        };
        if refused != 0 {
            let error = std::io::Error::last_os_error();
            tracing::debug!(%error, name, "a socket option is refused");
        }
    }
}

async fn turn_away(stream: &mut TcpStream) -> std::io::Result<()> {
    let body = r#"{"type":"urn:backline:problem:full","title":"Too many connections","status":503,"detail":"this server has all the connections it takes","fix":"try again in a few seconds, or on another replica"}"#;
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await?;
    // What the client has sent is read: closing over unread bytes resets, and the answer is lost.
    let mut unread = [0; 1024];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

/// Places taken, overall and per address.
#[derive(Default)]
struct Places {
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One place, given back when dropped.
struct Place {
    taken: Arc<Mutex<Taken>>,
    address: IpAddr,
}

impl Places {
    fn take(&self, address: IpAddr, limits: &Connections) -> Option<Place> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let from_here = taken.by_address.get(&address).copied().unwrap_or(0);
        if taken.all >= limits.max || from_here >= limits.max_per_address {
            return None;
        }
        taken.all += 1;
        taken.by_address.insert(address, from_here + 1);
        drop(taken);
        Some(Place {
            taken: Arc::clone(&self.taken),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(from_here) = taken.by_address.get_mut(&self.address) {
            *from_here -= 1;
            if *from_here == 0 {
                taken.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_capped_overall_and_per_address_and_given_back() {
        let mut limits = crate::config::Config::layered(None).unwrap().connections;
        (limits.max, limits.max_per_address) = (3, 2);
        let places = Places::default();
        let [one, two] = [IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2])];
        let first = places.take(one, &limits).unwrap();
        let _second = places.take(one, &limits).unwrap();
        assert!(places.take(one, &limits).is_none(), "two per address");
        let _third = places.take(two, &limits).unwrap();
        assert!(places.take(two, &limits).is_none(), "three overall");
        drop(first);
        assert!(places.take(one, &limits).is_some());
    }
}
