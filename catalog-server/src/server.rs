//! How does the server start, and how does it leave?
//!
//! Started from `main` or from a test alike: [`Server::start`] binds, takes up the current edition if
//! there is one, and serves on a runtime of its own; [`Server::stop`] fails readiness, waits for
//! balancers to notice, ends the listener and lets requests under way finish within a limit.

use crate::accept::{self, Phase};
use crate::app::{App, Clock};
use crate::blobs::Blobs;
use crate::config::{Config, ms};
use crate::edition_swap::{Editions, Report, Watch, Watching};
use crate::identity::Verifier;
use crate::limits::Guard;
use crate::live::StoreShelf;
use crate::metrics::Metrics;
use crate::router::ROUTES;
use crate::secret::Secrets;
use crate::service::Service;
use crate::signing::Signer;
use crate::tls::TlsFiles;
use catalog::store::{Store, StoreError};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What a server needs to know.
pub struct Options {
    /// Where the editions and blobs are.
    pub store: Store,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Keys of tokens and links.
    pub secrets: Secrets,
    /// Limits and sizes.
    pub config: Config,
    /// Where copies of a remote store's objects are kept.
    pub cache: PathBuf,
    /// What time it is.
    pub clock: Clock,
    /// Certificate and key, if connections are encrypted here.
    pub tls: Option<TlsFiles>,
}

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is taken or not ours.
    #[error(
        "{address}: {cause}\nfix: choose another address with --listen, or end the process that has this one"
    )]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No folder is there. A reader never makes one.
    #[error(
        "{path}: no such folder\nfix: name the store that `backline` writes with --store; this server creates none"
    )]
    NoStore {
        /// The folder asked for.
        path: String,
    },
    /// Secrets.
    #[error(transparent)]
    Secret(#[from] crate::secret::SecretError),
    /// Not the name of a user of Subsonic clients.
    #[error(
        "{name}: not a user's name, expected LISTENER.COUNTRY.TIER\nfix: write it like 42.DE.premium"
    )]
    UserName {
        /// The name given.
        name: String,
    },
    /// Certificate or key.
    #[error(transparent)]
    Tls(#[from] crate::tls::TlsError),
    /// Configuration.
    #[error(transparent)]
    Config(#[from] catalog::config::ConfigError),
    /// A file of settings cannot be read.
    #[error("{path}: {cause}\nfix: name a readable file with --config")]
    ConfigFile {
        /// The file.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// No runtime, no thread.
    #[error(
        "the server's threads could not be started: {0}\nfix: raise the limit of processes (ulimit -u)"
    )]
    Threads(std::io::Error),
}

/// A running server.
pub struct Server {
    address: SocketAddr,
    phase: watch::Sender<Phase>,
    config: Config,
    serving: Option<JoinHandle<()>>,
    editions: Arc<Editions>,
    metrics: Arc<Metrics>,
    watching: Option<Watching>,
    /// Held here so that it is dropped on the caller's thread: it ends a runtime of its own.
    store: Option<Arc<Store>>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Server {
    /// Binds, opens the current edition, serves.
    ///
    /// # Errors
    /// [`Error`]; a store without an edition is none: the server waits for the first one.
    pub fn start(options: Options) -> Result<Server, Error> {
        let Options {
            store,
            listen,
            secrets,
            config,
            cache,
            clock,
            tls,
        } = options;
        let tls = tls.map(|files| files.acceptor()).transpose()?;
        let metrics = Arc::new(Metrics::new(&ROUTES));
        let editions = Arc::new(Editions::new(Arc::clone(&metrics)));
        let store = Arc::new(store);
        let mut looking = Watch::new(
            StoreShelf::new(
                Arc::clone(&store),
                cache.clone(),
                config.editions.cache_bytes,
            ),
            Arc::clone(&editions),
        );
        looking.look();
        let interval = ms(config.editions.poll_ms.max(1));
        let watching = Watching::start(looking, interval).map_err(Error::Threads)?;

        let runtime = runtime(&config)?;
        let (phase, phases) = watch::channel(Phase::Serving);
        let listener = runtime
            .block_on(TcpListener::bind(listen))
            .map_err(|cause| Error::Listen {
                address: listen,
                cause,
            })?;
        let address = listener.local_addr().map_err(|cause| Error::Listen {
            address: listen,
            cause,
        })?;
        let guard = Arc::new(Guard::new(&config.limits));
        let watched = Arc::clone(&guard);
        runtime.spawn(async move { watched.watch().await });
        let app = Arc::new(App {
            guard,
            signer: Signer::new(&secrets),
            blobs: Arc::new(Blobs::new(
                Arc::clone(&store),
                cache,
                config.answers.mapped_blobs,
            )),
            verifier: Verifier::new(secrets),
            clock,
            metrics: Arc::clone(&metrics),
            editions: Arc::clone(&editions),
            phase: phases.clone(),
            config: config.clone(),
        });
        let limits = Arc::new(config.connections.clone());
        let mappings = app.blobs.mappings();
        let serving = runtime.spawn(accept::serve(
            listener,
            Arc::new(Service::new(app)),
            limits,
            Arc::clone(&metrics),
            mappings,
            tls,
            phases,
        ));
        Ok(Server {
            address,
            phase,
            config,
            serving: Some(serving),
            editions,
            metrics,
            watching: Some(watching),
            store: Some(store),
            runtime: Some(runtime),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Which edition answers and which was refused.
    pub fn editions(&self) -> Report {
        self.editions.report()
    }

    /// What was counted.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Waits for SIGTERM or SIGINT; a second one does not wait for the drain.
    pub fn wait_for_signal(&self) {
        if let Some(runtime) = &self.runtime {
            runtime.block_on(signalled());
            runtime.spawn(async {
                signalled().await;
                tracing::warn!("a second signal: leaving at once");
                std::process::exit(0);
            });
        }
    }

    /// Leaves: readiness first, then the listener, then the requests under way.
    pub fn stop(mut self) {
        self.leave();
    }

    fn leave(&mut self) {
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        let _ = self.phase.send(Phase::Leaving);
        if let Some(serving) = self.serving.take() {
            runtime.block_on(async {
                tokio::time::sleep(ms(self.config.connections.drain_notice_ms)).await;
                let _ = self.phase.send(Phase::Draining);
                let _ = serving.await;
            });
        }
        runtime.shutdown_timeout(ms(self.config.connections.drain_ms));
        drop(self.watching.take());
        drop(self.store.take());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.leave();
    }
}

fn runtime(config: &Config) -> Result<tokio::runtime::Runtime, Error> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if config.connections.workers > 0 {
        builder.worker_threads(config.connections.workers);
    }
    builder
        .thread_name("serve")
        .enable_all()
        .build()
        .map_err(Error::Threads)
}

async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
