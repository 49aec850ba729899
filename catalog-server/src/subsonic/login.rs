//! Who calls, by the three ways of the Subsonic API?
//!
//! A user's name says who listens, where and on which plan: `42.DE.premium`. The password is a MAC of
//! that name under the server's secret, so the server keeps no accounts and a name cannot be
//! changed without its password. Clients send it as `t = md5(password + s)` with a salt `s`, or as
//! `p`. An API key (`apiKey`) is a bearer token of `/v1`; it comes without a user's name.

use super::Asked;
use super::envelope::Fault;
use crate::app::App;
use crate::identity::{Listener, Tier};
use crate::secret::{Secrets, equal, mac, unhex};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use md5::{Digest, Md5};

/// Characters of a salt or password that are looked at.
const MAX_CHARS: usize = 512;

/// The one who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) listener: Listener,
}

/// The password of a user's name under the signing secret.
pub(crate) fn password(secrets: &Secrets, name: &str) -> Option<String> {
    listener_of(name)?;
    passwords(secrets, name).into_iter().next()
}

/// One per living secret.
fn passwords(secrets: &Secrets, name: &str) -> Vec<String> {
    let keys = secrets.derive("backline subsonic passwords 1").into_iter();
    keys.map(|key| URL_SAFE_NO_PAD.encode(&mac(&key, name.as_bytes())[..18]))
        .collect()
}

/// The listener that a user's name says.
fn listener_of(name: &str) -> Option<Listener> {
    let mut parts = name.split('.');
    let (id, country, tier) = (parts.next()?, parts.next()?, parts.next()?);
    let listener = Listener {
        id: id.parse().ok()?,
        country: country.parse().ok()?,
        tier: Tier::of_word(tier)?,
    };
    (name_of(&listener) == name).then_some(listener)
}

fn name_of(listener: &Listener) -> String {
    let tier = listener.tier.word();
    format!("{}.{}.{tier}", listener.id, listener.country.code())
}

/// Judges the parameters in the order that the API's codes ask for.
///
/// # Errors
/// 10 something is missing · 43 two ways at once · 44 the key · 40 the password · 30 the version.
pub(super) fn log_in(app: &App, asked: &Asked) -> Result<User, Fault> {
    let ways = ["t", "p", "apiKey"].map(|name| asked.get(name).is_some());
    let count = ways.iter().filter(|given| **given).count();
    let [_, _, by_key] = ways;
    if count > 1 || (by_key && asked.get("u").is_some()) {
        return Err(Fault::new(
            43,
            "Multiple conflicting authentication mechanisms provided",
        ));
    }
    let user = if by_key {
        by_api_key(app, asked)?
    } else {
        by_password(app.verifier.secrets(), asked)?
    };
    asked.need("c")?;
    let version = asked.need("v")?;
    match version.split('.').next().map(str::parse::<u32>) {
        Some(Ok(1)) => Ok(user),
        Some(Ok(0)) => Err(Fault::new(
            20,
            "Client must upgrade: this is version 1.16.1",
        )),
        Some(Ok(_)) => Err(Fault::new(
            30,
            "Server must upgrade: this is version 1.16.1",
        )),
        _ => Err(Fault::missing("v")),
    }
}

fn by_api_key(app: &App, asked: &Asked) -> Result<User, Fault> {
    let token = asked.need("apiKey")?;
    let listener = app
        .verifier
        .verify(token, app.now(), app.config.links.skew_s)
        .map_err(|error| Fault::new(44, format!("Invalid API key: {error}")))?;
    Ok(User {
        name: name_of(&listener),
        listener,
    })
}

fn by_password(secrets: &Secrets, asked: &Asked) -> Result<User, Fault> {
    let name = asked.need("u")?;
    let given = match (asked.get("t"), asked.get("p")) {
        (Some(token), _) => Given::Token(token, asked.need("s")?),
        (None, Some(password)) => Given::Password(password),
        (None, None) => return Err(Fault::missing("t and s, p, or apiKey")),
    };
    let wrong = || Fault::new(40, "Wrong username or password");
    let listener = listener_of(name).ok_or_else(wrong)?;
    // Every secret is tried: the time taken does not say which one matched.
    let matched = passwords(secrets, name)
        .iter()
        .fold(false, |matched, password| matched | given.matches(password));
    matched.then_some(()).ok_or_else(wrong)?;
    Ok(User {
        name: name.to_owned(),
        listener,
    })
}

/// What proves that the caller knows the password.
enum Given<'a> {
    /// md5(password + salt) in hex, and the salt.
    Token(&'a str, &'a str),
    /// As it is, or in hex after `enc:`.
    Password(&'a str),
}

impl Given<'_> {
    fn matches(&self, password: &str) -> bool {
        match self {
            Given::Token(token, salt) if salt.len() <= MAX_CHARS => {
                let expected = Md5::digest(format!("{password}{salt}"));
                unhex(token).is_some_and(|token| equal(&token, expected.as_slice()))
            }
            Given::Password(given) if given.len() <= MAX_CHARS => {
                let plain = match given.strip_prefix("enc:") {
                    Some(hex) => unhex(hex).unwrap_or_default(),
                    None => given.as_bytes().to_vec(),
                };
                equal(&plain, password.as_bytes())
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "42.DE.premium";

    fn secrets(lines: &[&str]) -> Secrets {
        Secrets::parse(lines.join("\n").as_bytes()).unwrap()
    }

    fn log(secrets: &Secrets, query: &str) -> Result<Listener, u32> {
        by_password(secrets, &Asked::read(Some(query), b""))
            .map(|user| user.listener)
            .map_err(|fault| fault.code)
    }

    #[test]
    fn a_name_says_listener_country_and_plan_in_one_spelling() {
        let listener = listener_of(NAME).unwrap();
        assert_eq!(
            (listener.id, listener.country.code(), listener.tier),
            (42, "DE", Tier::Premium)
        );
        for strange in [
            "",
            "42",
            "42.DE",
            "042.DE.free",
            "42.DE.gold",
            "42.DE.free.x",
            "x.DE.free",
        ] {
            assert_eq!(listener_of(strange), None, "{strange}");
        }
    }

    #[test]
    fn token_salt_and_password_open_and_a_changed_name_does_not() {
        let a = "a".repeat(32);
        let (old, new) = (secrets(&[&a]), secrets(&[&"b".repeat(32), &a]));
        let word = password(&old, NAME).unwrap();
        let hex = crate::secret::hex(word.as_bytes());
        let token = crate::secret::hex(&Md5::digest(format!("{word}salt")));
        for query in [
            format!("u={NAME}&p={word}"),
            format!("u={NAME}&p=enc:{hex}"),
            format!("u={NAME}&t={token}&s=salt"),
        ] {
            assert!(log(&old, &query).is_ok(), "{query}");
            assert!(log(&new, &query).is_ok(), "the secret before still opens");
            let other = query.replace("DE.premium", "US.premium");
            assert_eq!(log(&old, &other), Err(40));
        }
        assert_eq!(log(&old, &format!("u={NAME}&t={token}&s=other")), Err(40));
        assert_eq!(log(&old, &format!("u={NAME}&t={token}")), Err(10));
        assert_eq!(log(&old, &format!("u={NAME}")), Err(10));
        assert_eq!(log(&old, "p=x"), Err(10));
        assert_eq!(password(&old, "nobody"), None);
    }
}
