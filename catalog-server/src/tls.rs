//! With which certificate are connections encrypted?
//!
//! TLS 1.2 and 1.3 by rustls over ring; HTTP/2 or HTTP/1.1 by ALPN. Without files the server speaks
//! plain HTTP, and something in front of it encrypts.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, crypto::ring};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// Where certificate and key are.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The chain in PEM, the server's own first.
    pub certificate: PathBuf,
    /// Its key in PEM.
    pub key: PathBuf,
}

/// Why connections cannot be encrypted.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read as PEM.
    #[error("{path}: {cause}\nfix: name a PEM file with --tls-cert and one with --tls-key")]
    Pem {
        /// The file.
        path: String,
        /// What was found.
        cause: rustls::pki_types::pem::Error,
    },
    /// Certificate and key do not fit.
    #[error("{path}: {cause}\nfix: use the key that the certificate was made with")]
    Unusable {
        /// The certificate.
        path: String,
        /// What rustls said.
        cause: rustls::Error,
    },
}

impl TlsFiles {
    /// Reads both files.
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let pem = |path: &PathBuf| {
            let path = path.display().to_string();
            move |cause| TlsError::Pem { path, cause }
        };
        let chain: Result<Vec<CertificateDer<'static>>, _> =
            CertificateDer::pem_file_iter(&self.certificate).and_then(Iterator::collect);
        let chain = chain.map_err(pem(&self.certificate))?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(pem(&self.key))?;
        let unusable = |cause| TlsError::Unusable {
            path: self.certificate.display().to_string(),
            cause,
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(unusable)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}
