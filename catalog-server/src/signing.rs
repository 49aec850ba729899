//! Which audio may the holder of this link fetch, and until when?
//!
//! Links carry an Akamai EdgeAuth 2.0 token in its acl form, so that a CDN or nginx verifies them
//! without asking us:
//! `exp=<unix seconds>~acl=/audio/<track>/<tier>/*~id=<session>~data=<key id>~hmac=<hex>` with
//! HMAC-SHA256 over everything before `~hmac=`. One token opens every chunk and rendition of one
//! track in one tier. Two keys may live at once; `data` names the one that signed.

use crate::secret::{HmacSha256, Secrets, hex, keyed, mac, mac_matches, unhex};
use std::borrow::Cow;

/// Bytes of a link token; ours have about 200.
pub const MAX_TOKEN: usize = 1024;

/// A key that a CDN holds too.
struct Key {
    id: String,
    bytes: [u8; 32],
    /// HMAC that has taken in `bytes`: half of the work for a message as short as a token.
    keyed: HmacSha256,
}

/// Signs and verifies links.
pub struct Signer {
    keys: Vec<Key>,
}

/// Why a link does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// No token, or two.
    #[error("the link carries no signature, or more than one")]
    Missing,
    /// Not a token of the form above.
    #[error("the link's signature is not of the form exp=…~acl=…~hmac=…")]
    Shape,
    /// The MAC is of no living key.
    #[error("the link's signature does not match")]
    Signature,
    /// `exp` has passed, or `st` has not come.
    #[error("the link has expired")]
    Expired,
    /// A token for something else.
    #[error("the link's signature is for another track or tier")]
    OtherPath,
}

impl Signer {
    /// Derives the link keys from the secrets.
    pub fn new(secrets: &Secrets) -> Signer {
        let keys = secrets.derive("backline audio links 1").into_iter();
        // The id tells keys apart and says nothing of them: a MAC of a fixed word.
        let keys = keys.map(|bytes| Key {
            id: hex(&mac(&bytes, b"key id")[..4]),
            bytes,
            keyed: keyed(&bytes),
        });
        Signer {
            keys: keys.collect(),
        }
    }

    /// The keys as an edge is configured with them: (id, hex).
    pub fn edge_keys(&self) -> impl Iterator<Item = (&str, String)> {
        self.keys
            .iter()
            .map(|key| (key.id.as_str(), hex(&key.bytes)))
    }

    /// A token for `acl` until `expires` (Unix seconds). `session` names the listener to nobody but
    /// us; neither may hold `~`.
    pub fn sign(&self, acl: &str, expires: u64, session: &str) -> String {
        let key = &self.keys[0];
        let message = format!("exp={expires}~acl={acl}~id={session}~data={}", key.id);
        let mac = hex(&mac(&key.bytes, message.as_bytes()));
        format!("{message}~hmac={mac}")
    }

    /// A name for a listener that is stable, unlike any other and not their number.
    pub fn session(&self, listener: u64) -> String {
        hex(&mac(
            &self.keys[0].bytes,
            format!("session {listener}").as_bytes(),
        )[..8])
    }

    /// Whether `token` opens `acl` at `now` (Unix seconds).
    ///
    /// # Errors
    /// The signature is judged before anything it covers.
    pub fn verify(&self, token: &str, acl: &str, now: u64) -> Result<(), LinkError> {
        if token.len() > MAX_TOKEN {
            return Err(LinkError::Shape);
        }
        let (message, mac) = token.rsplit_once("~hmac=").ok_or(LinkError::Shape)?;
        let mac = unhex(mac).ok_or(LinkError::Shape)?;
        let fields = Fields::read(message).ok_or(LinkError::Shape)?;
        let named = |key: &&Key| fields.data.is_none_or(|id| id == key.id);
        let matched = self.keys.iter().filter(named).fold(false, |matched, key| {
            matched | mac_matches(key.keyed.clone(), message.as_bytes(), &mac)
        });
        if !matched {
            return Err(LinkError::Signature);
        }
        if now >= fields.exp || fields.st.is_some_and(|start| now < start) {
            return Err(LinkError::Expired);
        }
        if fields.acl != acl {
            return Err(LinkError::OtherPath);
        }
        Ok(())
    }
}

/// The fields in the only order EdgeAuth writes them, each at most once.
struct Fields<'a> {
    st: Option<u64>,
    exp: u64,
    acl: &'a str,
    data: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn read(message: &'a str) -> Option<Fields<'a>> {
        let mut rest = message.split('~').peekable();
        let mut take = |name: &str| {
            let value = rest.peek()?.strip_prefix(name)?.strip_prefix('=')?;
            rest.next();
            Some(value)
        };
        let st = take("st").map(seconds);
        let exp = seconds(take("exp")?)?;
        let acl = take("acl")?;
        let _session = take("id");
        let data = take("data");
        if rest.next().is_some() || st == Some(None) {
            return None;
        }
        Some(Fields {
            st: st.flatten(),
            exp,
            acl,
            data,
        })
    }
}

fn seconds(digits: &str) -> Option<u64> {
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
}

/// The acl that opens a track in a tier.
pub fn acl(track: &str, tier: &str) -> String {
    ["/audio/", track, "/", tier, "/*"].concat()
}

/// The one link token of a request: query parameter `hdnts` or `token`, else the cookie `hdnts`.
///
/// # Errors
/// [`LinkError::Missing`] if there is none, or more than one in the query.
pub fn presented<'a>(
    query: Option<&'a str>,
    cookies: Option<&'a str>,
) -> Result<Cow<'a, str>, LinkError> {
    let pairs = query
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    let mut tokens = pairs.filter(|(name, _)| matches!(*name, "hdnts" | "token"));
    let cookie = || {
        let pairs = cookies?
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .filter(|(name, _)| *name == "hdnts")
            .map(|(_, value)| value)
            .next()
    };
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) => percent_decoded(token),
        (None, None) => percent_decoded(cookie().ok_or(LinkError::Missing)?),
        _ => Err(LinkError::Missing),
    }
}

/// Clients may escape `~`, `=`, `/` and `*`; the token itself holds no `%` and no `+`.
fn percent_decoded(text: &str) -> Result<Cow<'_, str>, LinkError> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let code = part.get(..2).and_then(unhex).ok_or(LinkError::Shape)?;
        bytes.extend(code);
        bytes.extend(&part.as_bytes()[2..]);
    }
    let text = String::from_utf8(bytes).map_err(|_| LinkError::Shape)?;
    Ok(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const ACL: &str = "/audio/0000000000000000000001/premium/*";

    fn signer(secrets: &[&str]) -> Signer {
        Signer::new(&Secrets::parse(secrets.join("\n").as_bytes()).unwrap())
    }
    fn a() -> String {
        "a".repeat(32)
    }
    fn b() -> String {
        "b".repeat(32)
    }

    #[test]
    fn a_token_opens_its_acl_until_it_expires() {
        let signer = signer(&[&a()]);
        let token = signer.sign(ACL, 1000, &signer.session(42));
        assert_eq!(signer.verify(&token, ACL, 999), Ok(()));
        assert_eq!(signer.verify(&token, ACL, 1000), Err(LinkError::Expired));
        assert_eq!(
            signer.verify(&token, "/audio/0000000000000000000001/free/*", 999),
            Err(LinkError::OtherPath)
        );
    }

    #[test]
    fn every_altered_character_is_noticed() {
        let signer = signer(&[&a()]);
        let token = signer.sign(ACL, 1000, "s");
        for at in 0..token.len() {
            let mut bad = token.clone().into_bytes();
            bad[at] = if bad[at] == b'1' { b'2' } else { b'1' };
            let bad = String::from_utf8(bad).unwrap();
            assert!(signer.verify(&bad, ACL, 1).is_err(), "{bad}");
            assert!(signer.verify(&token[..at], ACL, 1).is_err(), "cut at {at}");
        }
        assert!(signer.verify(&format!("{token}00"), ACL, 1).is_err());
    }

    #[test]
    fn the_key_before_the_change_still_opens_and_a_strange_key_does_not() {
        let old = signer(&[&a()]).sign(ACL, 1000, "s");
        assert_eq!(signer(&[&b(), &a()]).verify(&old, ACL, 1), Ok(()));
        assert_eq!(
            signer(&[&b()]).verify(&old, ACL, 1),
            Err(LinkError::Signature)
        );
    }

    #[test]
    fn the_form_is_the_one_an_edge_knows() {
        // Made with the PyPI package akamai-edgeauth 0.3.2 from the key
        // 52a15203dd6cb4f5f9eae8b5a3cbb7a6 (hex), end_time 1800000000 and the acl below.
        let key = unhex("52a15203dd6cb4f5f9eae8b5a3cbb7a6").unwrap();
        let message = "exp=1800000000~acl=/audio/0000000000000000000001/premium/*";
        assert_eq!(hex(&mac(&key, message.as_bytes())), FIXED);
    }
    const FIXED: &str = "db6d9d7e513cc4f6b94618808010952c6f32b788bdd3627868694bfc430e00e9";

    #[test]
    fn tokens_of_the_independent_package_open_and_ours_equal_them() {
        let signer = signer(&[&a()]);
        let (id, key) = signer
            .edge_keys()
            .next()
            .map(|(id, key)| (id.to_owned(), key))
            .unwrap();
        let script = format!(
            "from akamai.edgeauth import EdgeAuth\n\
             e = EdgeAuth(key='{key}', end_time=1800000000, session_id='s', payload='{id}')\n\
             print(e.generate_acl_token('{ACL}'))\n\
             print(EdgeAuth(key='{key}', start_time=5, end_time=1800000000).generate_acl_token('{ACL}'))"
        );
        let output = Command::new("python3").args(["-c", &script]).output();
        let Some(output) = output.ok().filter(|output| output.status.success()) else {
            eprintln!(
                "SKIPPED: python3 with akamai-edgeauth is not installed (pip install akamai-edgeauth)"
            );
            return;
        };
        let text = String::from_utf8(output.stdout).unwrap();
        let mut tokens = text.lines();
        assert_eq!(tokens.next().unwrap(), signer.sign(ACL, 1_800_000_000, "s"));
        let plain = tokens.next().unwrap();
        assert_eq!(signer.verify(plain, ACL, 5), Ok(()));
        assert_eq!(signer.verify(plain, ACL, 4), Err(LinkError::Expired));
    }

    #[test]
    fn fields_out_of_order_twice_or_unknown_are_refused() {
        for message in [
            "",
            "exp=1",
            "acl=/a~exp=1",
            "exp=1~acl=/a~acl=/b",
            "exp=1~acl=/a~x=1",
            "exp=+1~acl=/a",
            "exp=~acl=/a",
            "st=x~exp=1~acl=/a",
            "exp=99999999999999999999999~acl=/a",
        ] {
            assert!(Fields::read(message).is_none(), "{message}");
        }
    }

    #[test]
    fn the_token_is_found_in_query_or_cookie_but_never_twice() {
        let token = "exp=1~acl=/a/*~hmac=00";
        let query = format!("x=1&hdnts={token}");
        assert_eq!(presented(Some(&query), None).unwrap(), token);
        let escaped = "token=exp%3D1%7Eacl%3D%2Fa%2F%2A%7Ehmac%3D00";
        assert_eq!(
            presented(Some(escaped), Some("hdnts=other")).unwrap(),
            token
        );
        assert_eq!(
            presented(None, Some(&format!("a=b; hdnts={token}"))).unwrap(),
            token
        );
        assert_eq!(
            presented(Some(&format!("{query}&token=x")), None),
            Err(LinkError::Missing)
        );
        assert_eq!(presented(None, None), Err(LinkError::Missing));
        for broken in ["hdnts=%", "hdnts=%4", "hdnts=%zz", "hdnts=%ff", "hdnts=%é"] {
            assert_eq!(
                presented(Some(broken), None),
                Err(LinkError::Shape),
                "{broken}"
            );
        }
    }
}
