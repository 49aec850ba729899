//! How does a demo listener say who they are?
//!
//! A JSON Web Token (RFC 7519) signed with HMAC-SHA-256 (`HS256`, RFC 7515): claims `sub` (the
//! listener's number in decimal), `country` (ISO 3166-1 alpha-2), `tier` (`premium` or `free`),
//! `iat` and `exp` (seconds since 1970). The secret is the first line of a file. The server of the
//! catalogue verifies the same form.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};

/// Fewest bytes of a secret: RFC 7518, section 3.2 asks for as many as the hash has.
pub const SECRET_BYTES: usize = 32;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The listener's number in decimal.
    pub sub: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// `premium` or `free`.
    pub tier: String,
    /// Seconds since 1970: made.
    pub iat: i64,
    /// Seconds since 1970: no longer valid from.
    pub exp: i64,
}

/// A token that can't be made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TokenError {
    /// Too short to protect anything.
    #[error(
        "secret {place}: {found} bytes, expected at least {SECRET_BYTES}\nfix: remove the file and use --create"
    )]
    ShortSecret {
        /// The file.
        place: String,
        /// Its bytes.
        found: usize,
    },
    /// There is no secret yet.
    #[error(
        "secret {place}: there is no such file\nfix: use --create, or name the file that the server reads with --secret-file"
    )]
    NoSecret {
        /// The file.
        place: String,
    },
    /// The store is not a local folder, so a secret has no default place.
    #[error(
        "store {url}: no place for a secret in a remote store\nfix: name a local file with --secret-file"
    )]
    NoPlace {
        /// The store.
        url: String,
    },
}

/// Signs claims; the result is the text after `Authorization: Bearer `.
pub fn sign(claims: &Claims, secret: &[u8]) -> String {
    let payload = serde_json::to_vec(claims).expect("plain data is always JSON");
    seal(br#"{"alg":"HS256","typ":"JWT"}"#, &payload, secret)
}

fn seal(header: &[u8], payload: &[u8], secret: &[u8]) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret).expect("HMAC takes any key length");
    mac.update(signed.as_bytes());
    format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515, appendix A.1: header and payload with their line breaks, key in base64url.
    #[test]
    fn the_example_of_rfc_7515_is_reproduced() {
        let key = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let header = b"{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}";
        let payload =
            b"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
        assert_eq!(
            seal(header, payload, &key),
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
             .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
             .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
    }

    #[test]
    fn a_token_carries_the_claims_in_the_agreed_form() {
        let claims = Claims {
            sub: "42".into(),
            country: "DE".into(),
            tier: "premium".into(),
            iat: 1_700_000_000,
            exp: 1_700_003_600,
        };
        let token = sign(&claims, &[7; 32]);
        let payload = token.split('.').nth(1).unwrap();
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        assert_eq!(
            text,
            r#"{"sub":"42","country":"DE","tier":"premium","iat":1700000000,"exp":1700003600}"#
        );
    }
}
