//! Where do the messages of a drop stand among all that were ever sent?
//!
//! The log takes in whatever is fit; what is in force, overtaken, or waits for a person follows from all of it
//! (`catalog::fold::judge`), never from who came first. So this is asked at the end of a run, for known messages
//! too.

use crate::Error;
use crate::finding::Place;
use crate::report::{DropReport, Outcome};
use crate::wording;
use catalog::fold::State;
use catalog::store::Store;

/// Sets the outcomes that only the whole log can tell.
pub(super) fn place(store: &Store, report: &mut DropReport) -> Result<(), Error> {
    let taken = |outcome| matches!(outcome, Outcome::Accepted | Outcome::Purged);
    if !report
        .deliveries
        .iter()
        .any(|delivery| taken(delivery.outcome))
    {
        return Ok(());
    }
    let judgement = catalog::snapshot::judgement(store)?;
    for delivery in report.deliveries.iter_mut().filter(|d| taken(d.outcome)) {
        let Some(sha256) = delivery.sha256 else {
            continue;
        };
        let mut finding = match judgement.states.get(&sha256) {
            Some(State::Superseded) => {
                delivery.outcome = Outcome::Superseded;
                wording::superseded(delivery.created.as_deref().unwrap_or_default())
            }
            Some(State::Held) => {
                delivery.outcome = Outcome::Quarantined;
                let held = judgement.held.iter().find(|held| held.message == sha256);
                let Some(held) = held else { continue };
                wording::quarantined(held)
            }
            Some(State::Out) => {
                delivery.outcome = Outcome::Superseded;
                wording::ruled_out()
            }
            Some(State::Current) | None => continue,
        };
        finding.place = Place {
            file: delivery.message.clone(),
            ..Place::default()
        };
        delivery.findings.push(finding);
        delivery.findings.sort();
    }
    Ok(())
}
