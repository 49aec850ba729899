//! Who is listening, where, and on which plan?
//!
//! A bearer token is a JWT (RFC 7519) with one algorithm, HS256, decided by us and not by the token:
//! `{"sub": "42", "country": "DE", "tier": "premium", "iat": …, "exp": …}`. `sub` is the listener's
//! number in decimal. Signatures are compared in constant time; nothing of a token is believed,
//! not even its shape, before its signature is.

use crate::secret::{Secrets, equal, keyed, mac_matches};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use catalog::ids::Territory;
use catalog::rights::CommercialModel;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use xxhash_rust::xxh3::xxh3_64;

/// Bytes of a token; ours have about 200.
pub const MAX_TOKEN: usize = 4096;

/// A listener's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Ad-supported, up to 160 kbit/s.
    Free,
    /// Subscription, up to lossless.
    Premium,
}

impl Tier {
    /// The word in tokens and paths.
    pub fn word(self) -> &'static str {
        match self {
            Tier::Free => "free",
            Tier::Premium => "premium",
        }
    }

    /// Reads the word of a path.
    pub fn of_word(word: &str) -> Option<Tier> {
        [Tier::Free, Tier::Premium]
            .into_iter()
            .find(|tier| tier.word() == word)
    }

    /// The commercial model under which labels license this plan.
    pub fn model(self) -> CommercialModel {
        match self {
            Tier::Free => CommercialModel::AdSupported,
            Tier::Premium => CommercialModel::Subscription,
        }
    }
}

/// A listener as a valid token names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener {
    /// The listener's number in play events and lists.
    pub id: u64,
    /// Where they listen.
    pub country: Territory,
    /// Their plan.
    pub tier: Tier,
}

/// Why a token is not believed. The text is for the client and gives nothing away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not three base64url parts, or too long.
    #[error("the bearer token is not a JWT")]
    Shape,
    /// The header names another algorithm.
    #[error("the bearer token is not signed with HS256")]
    Algorithm,
    /// The signature is of no living secret.
    #[error("the bearer token's signature does not match")]
    Signature,
    /// A claim is missing or cannot be read.
    #[error("the bearer token lacks a readable sub, country, tier, iat or exp")]
    Claims,
    /// `exp` has passed.
    #[error("the bearer token has expired")]
    Expired,
    /// `iat` lies ahead of our clock by more than the allowed skew.
    #[error("the bearer token was issued in the future")]
    NotYet,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    country: Territory,
    tier: Tier,
    iat: i64,
    exp: i64,
}

/// What a signed token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Signed {
    listener: Listener,
    iat: i64,
    exp: i64,
}

impl Signed {
    /// Whether it holds now; clocks may differ by `skew_s` seconds.
    fn at(self, now: Timestamp, skew_s: u64) -> Result<Listener, TokenError> {
        let (now, skew) = (now.as_second(), skew_s as i64);
        if self.exp.saturating_add(skew) <= now {
            return Err(TokenError::Expired);
        }
        if self.iat.saturating_sub(skew) > now {
            return Err(TokenError::NotYet);
        }
        Ok(self.listener)
    }
}

/// Reads tokens under the living secrets. A player sends one token with every request for an hour, so those
/// whose signature was found right are remembered: as many as there are places, each by the end of its signature.
pub struct Verifier {
    secrets: Secrets,
    known: Box<[Mutex<Option<Known>>]>,
}

/// A token whose signature was found right.
struct Known {
    token: Box<str>,
    signed: Signed,
}

impl Verifier {
    /// Tokens remembered at most.
    const PLACES: usize = 4096;

    /// Under `secrets`.
    pub fn new(secrets: Secrets) -> Verifier {
        let known = std::iter::repeat_with(Mutex::default).take(Verifier::PLACES);
        Verifier {
            secrets,
            known: known.collect(),
        }
    }

    /// The secrets it reads under.
    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Whom a token names; clocks may differ by `skew_s` seconds.
    ///
    /// # Errors
    /// The first thing wrong with it, signature before content.
    pub fn verify(&self, token: &str, now: Timestamp, skew_s: u64) -> Result<Listener, TokenError> {
        let end = token.as_bytes().last_chunk::<8>();
        let end = end.ok_or(TokenError::Shape)?;
        let place = xxh3_64(end) as usize % Verifier::PLACES;
        // Somebody else at this place: one signature more is cheaper than waiting.
        let mut known = self.known[place].try_lock().ok();
        if let Some(Some(known)) = known.as_deref()
            && equal(known.token.as_bytes(), token.as_bytes())
        {
            return known.signed.at(now, skew_s);
        }
        let signed = read(&self.secrets, token)?;
        let listener = signed.at(now, skew_s)?;
        if let Some(known) = known.as_deref_mut() {
            let token = token.into();
            *known = Some(Known { token, signed });
        }
        Ok(listener)
    }
}

/// What a token says, if its signature is of a living secret.
fn read(secrets: &Secrets, token: &str) -> Result<Signed, TokenError> {
    if token.len() > MAX_TOKEN {
        return Err(TokenError::Shape);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Shape)?;
    let (header, claims) = signed.split_once('.').ok_or(TokenError::Shape)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Shape);
    let (header, claims, signature) = (decode(header)?, decode(claims)?, decode(signature)?);

    let header: Header = serde_json::from_slice(&header).map_err(|_| TokenError::Shape)?;
    if header.alg != "HS256" {
        return Err(TokenError::Algorithm);
    }
    // Every secret is tried: the time taken does not say which one matched.
    let matched = secrets.iter().fold(false, |matched, key| {
        matched | mac_matches(keyed(key), signed.as_bytes(), &signature)
    });
    if !matched {
        return Err(TokenError::Signature);
    }
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| TokenError::Claims)?;
    let id = claims.sub.parse().map_err(|_| TokenError::Claims)?;
    Ok(Signed {
        listener: Listener {
            id,
            country: claims.country,
            tier: claims.tier,
        },
        iat: claims.iat,
        exp: claims.exp,
    })
}

/// The token of an `Authorization` header, if the scheme is Bearer (RFC 6750; any case).
pub fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::mac;

    const NOW: i64 = 1_800_000_000;
    const SECRET: &str = "an example secret of forty-one characters";

    fn token(header: &str, claims: &str, secret: &str) -> String {
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = URL_SAFE_NO_PAD.encode(mac(secret.as_bytes(), signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    fn claims(iat: i64, exp: i64) -> String {
        format!(r#"{{"sub":"42","country":"DE","tier":"premium","iat":{iat},"exp":{exp}}}"#)
    }

    fn read(token: &str) -> Result<Listener, TokenError> {
        let secrets = Secrets::parse(format!("{}\n{SECRET}", "n".repeat(32)).as_bytes()).unwrap();
        let verifier = Verifier::new(secrets);
        let now = Timestamp::from_second(NOW).unwrap();
        let first = verifier.verify(token, now, 60);
        assert_eq!(first, verifier.verify(token, now, 60), "asked again");
        first
    }

    const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    #[test]
    fn a_token_of_the_older_secret_still_names_its_listener() {
        let listener = read(&token(HS256, &claims(NOW - 5, NOW + 5), SECRET)).unwrap();
        assert_eq!((listener.id, listener.tier), (42, Tier::Premium));
        assert_eq!(listener.country.to_string(), "DE");
    }

    #[test]
    fn the_signature_of_rfc_7515_appendix_a_1_is_ours() {
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = URL_SAFE_NO_PAD
            .decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
            .unwrap();
        let key = URL_SAFE_NO_PAD.decode(key).unwrap();
        assert!(mac_matches(keyed(&key), signed.as_bytes(), &signature));
    }

    #[test]
    fn every_altered_character_is_noticed() {
        let good = token(HS256, &claims(NOW, NOW + 5), SECRET);
        for at in 0..good.len() {
            let mut bad = good.clone().into_bytes();
            bad[at] = if bad[at] == b'A' { b'B' } else { b'A' };
            assert!(
                read(std::str::from_utf8(&bad).unwrap()).is_err(),
                "byte {at}"
            );
        }
        for at in 0..good.len() {
            assert!(read(&good[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_token_cannot_choose_its_algorithm() {
        let none = format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
            URL_SAFE_NO_PAD.encode(claims(NOW, NOW + 5))
        );
        assert_eq!(read(&none), Err(TokenError::Algorithm));
        let other = token(r#"{"alg":"HS512"}"#, &claims(NOW, NOW + 5), SECRET);
        assert_eq!(read(&other), Err(TokenError::Algorithm));
        let stranger = token(
            HS256,
            &claims(NOW, NOW + 5),
            "another secret of thirty-six letters",
        );
        assert_eq!(read(&stranger), Err(TokenError::Signature));
    }

    #[test]
    fn time_is_kept_with_a_minute_of_skew() {
        assert_eq!(
            read(&token(HS256, &claims(NOW - 99, NOW - 61), SECRET)),
            Err(TokenError::Expired)
        );
        assert!(read(&token(HS256, &claims(NOW - 99, NOW - 59), SECRET)).is_ok());
        assert_eq!(
            read(&token(HS256, &claims(NOW + 61, NOW + 99), SECRET)),
            Err(TokenError::NotYet)
        );
    }

    #[test]
    fn a_token_that_is_remembered_expires_like_any_other_and_vouches_for_no_other() {
        let secrets = Secrets::parse(SECRET.as_bytes()).unwrap();
        let verifier = Verifier::new(secrets);
        let at = |second| Timestamp::from_second(second).unwrap();
        let good = token(HS256, &claims(NOW, NOW + 100), SECRET);
        assert!(verifier.verify(&good, at(NOW), 0).is_ok());
        let altered = good.replacen(good.get(30..31).unwrap(), "_", 1);
        assert!(altered != good && altered.ends_with(&good[good.len() - 8..]));
        assert!(verifier.verify(&altered, at(NOW), 0).is_err());
        assert_eq!(
            verifier.verify(&good, at(NOW + 100), 0),
            Err(TokenError::Expired)
        );
        assert_eq!(
            verifier.verify(&good, at(NOW - 1), 0),
            Err(TokenError::NotYet)
        );
    }

    #[test]
    fn claims_that_say_nothing_usable_are_refused() {
        for claims in [
            "{}",
            "[]",
            r#"{"sub":"x","country":"DE","tier":"premium","iat":1,"exp":9999999999}"#,
            r#"{"sub":"1","country":"Germany","tier":"premium","iat":1,"exp":9999999999}"#,
            r#"{"sub":"1","country":"DE","tier":"gold","iat":1,"exp":9999999999}"#,
            r#"{"sub":"-1","country":"DE","tier":"free","iat":1,"exp":9999999999}"#,
            r#"{"sub":"1","country":"DE","tier":"free","iat":1}"#,
        ] {
            assert_eq!(
                read(&token(HS256, claims, SECRET)),
                Err(TokenError::Claims),
                "{claims}"
            );
        }
    }

    #[test]
    fn only_the_bearer_scheme_carries_a_token() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("abc"), None);
    }
}
