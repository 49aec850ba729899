//! What does the label's system read? A DDEX acknowledgement per release.
//!
//! Source: ERN choreography (SFTP) 1.8, AcknowledgementMessage; ReleaseStatus of AVS 4.3. It answers one message and
//! bears that message's own time, since no job reads the clock: the same delivery gives the same reply.

use super::html::escape;
use super::{DeliveryReport, Outcome};
use crate::config::Reply;
use crate::finding::Severity;
use std::fmt::Write;

/// Errors that a reply repeats; the report has all of them.
const MAX_ERRORS: usize = 20;

/// The name of the file, `ACK_<sender>_<MessageId>.xml`, in characters that every file system has.
pub fn file_name(delivery: &DeliveryReport) -> Option<String> {
    let id = delivery.message_id.as_ref()?;
    let sender = delivery.sender.as_deref().unwrap_or_default();
    let plain = |text: &str| -> String {
        let kept = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        text.chars()
            .take(100)
            .map(|c| if kept(c) { c } else { '_' })
            .collect()
    };
    Some(format!("ACK_{}_{}.xml", plain(sender), plain(id)))
}

/// The reply to one message.
pub fn acknowledgement(delivery: &DeliveryReport, own: &Reply) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ernc:AcknowledgementMessage \
         xmlns:ernc=\"http://ddex.net/xml/ern-c-sftp/18\" AvsVersionId=\"4\">\n  <MessageHeader>\n",
    );
    let text = |value: &Option<String>| escape(value.as_deref().unwrap_or_default());
    let id = text(&delivery.message_id);
    let _ = write!(
        xml,
        "    <MessageId>ACK-{id}</MessageId>\n    <MessageSender><PartyId>{}</PartyId><PartyName><FullName>{}</FullName>\
         </PartyName></MessageSender>\n    <MessageRecipient><PartyId>{}</PartyId></MessageRecipient>\n    \
         <MessageCreatedDateTime>{}</MessageCreatedDateTime>\n  </MessageHeader>\n",
        escape(&own.party_id),
        escape(&own.party_name),
        text(&delivery.sender),
        text(&delivery.created),
    );
    let (status, message) = statuses(delivery);
    let _ = write!(
        xml,
        "  <ReleaseStatus>\n    <ReleaseId>{}</ReleaseId>\n    <ReleaseStatus>{status}</ReleaseStatus>\n",
        release_id(delivery)
    );
    let grave = |finding: &&crate::finding::Finding| {
        finding.severity == Severity::Refuse || finding.code.starts_with("quarantine-")
    };
    for finding in delivery.findings.0.iter().filter(grave).take(MAX_ERRORS) {
        let line = finding
            .place
            .line
            .map_or(String::new(), |line| format!(", line {line}"));
        let _ = writeln!(
            xml,
            "    <ErrorText>{}: {}{line}: {}; {}</ErrorText>",
            escape(&finding.code),
            escape(&finding.place.file),
            escape(&finding.text),
            escape(&finding.remedy)
        );
    }
    let manual = delivery.outcome == Outcome::Quarantined;
    let _ = writeln!(
        xml,
        "    <ManualCheckRequired>{manual}</ManualCheckRequired>"
    );
    let broken = delivery.findings.0.iter().filter(|finding| {
        let about = ["audio-", "artwork-", "file-", "checksum-"];
        finding.severity == Severity::Refuse
            && about.iter().any(|part| finding.code.starts_with(part))
    });
    for finding in broken.take(MAX_ERRORS) {
        let missing = finding.code == "file-missing";
        let _ = writeln!(
            xml,
            "    <AffectedResource><File>{}</File><Status>{}</Status></AffectedResource>",
            escape(if missing {
                &finding.found
            } else {
                &finding.place.file
            }),
            if missing {
                "ResourceMissing"
            } else {
                "ResourceCorrupt"
            }
        );
    }
    let kind = match delivery.outcome {
        Outcome::Purged => "PurgeReleaseMessage",
        _ => "NewReleaseMessage",
    };
    let _ = write!(
        xml,
        "    <Acknowledgement>\n      <MessageType>{kind}</MessageType>\n      <MessageId>{id}</MessageId>\n      \
         <MessageStatus>{message}</MessageStatus>\n    </Acknowledgement>\n  </ReleaseStatus>\n\
         </ernc:AcknowledgementMessage>\n"
    );
    xml
}

/// ReleaseStatus and MessageStatus.
fn statuses(delivery: &DeliveryReport) -> (&'static str, &'static str) {
    match delivery.outcome {
        Outcome::Accepted if delivery.awaited > 0 => {
            ("ReleaseReceivedByReleaseDistributor", "FileOK")
        }
        Outcome::Accepted | Outcome::Superseded => {
            ("SuccessfullyIngestedByReleaseDistributor", "FileOK")
        }
        Outcome::Test => ("ReleaseReceivedByReleaseDistributor", "FileOK"),
        Outcome::Purged => ("ReleaseNotAvailable", "FileOK"),
        Outcome::Quarantined => ("RightsConflict", "FileOK"),
        Outcome::Refused => ("ProcessingErrorAtReleaseDistributor", "MessageRejected"),
    }
}

fn release_id(delivery: &DeliveryReport) -> String {
    let reference = delivery.reference.as_deref().unwrap_or_default();
    let element = match reference {
        number if number.len() >= 8 && number.bytes().all(|byte| byte.is_ascii_digit()) => "ICPN",
        grid if grid.len() == 18 && grid.starts_with("A1") => "GRid",
        _ => {
            return format!(
                "<ProprietaryId Namespace=\"sender\">{}</ProprietaryId>",
                escape(reference)
            );
        }
    };
    format!("<{element}>{}</{element}>", escape(reference))
}
