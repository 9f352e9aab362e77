//! states.json and problems.json, and their tables in TRANSPORT.md §5 and §11.

use pairnym::UnixTime;
use pairnym_transport::{By, Event, Flow, Problem, Refusal, State, Step};
use serde_json::{Value, json};

use crate::{check, document};

/// In the order of the table. The first one's attempt is the stored one wherever one is stored.
const EVENTS: [(&str, Event); 10] = [
    ("pair", Event::Pair(By::Same)),
    ("pair, other", Event::Pair(By::Other)),
    ("right digits", Event::RightDigits),
    ("wrong digits", Event::WrongDigits(1)),
    ("wrong digits, last try", Event::WrongDigits(0)),
    ("answer", Event::Answer(By::Same)),
    ("answer, other", Event::Answer(By::Other)),
    ("decline", Event::Decline(By::Same)),
    ("decline, other", Event::Decline(By::Other)),
    ("redeem", Event::Redeem),
];

/// Where a request of a flow can be.
fn states(flow: Flow) -> Vec<State> {
    let pairing = |state: &State| !matches!(state, State::Pairing | State::Paired | State::Failed);
    State::ALL.into_iter().filter(|state| flow == Flow::CrossDevice || pairing(state)).collect()
}

fn shown(refusal: Refusal) -> String {
    format!("{} `{refusal}`", refusal.status())
}

fn cell(state: State, result: Result<Step, Refusal>) -> String {
    match result {
        Ok(Step::Change(next)) => format!("→ {next}"),
        Ok(Step::Repeat) => "200".to_owned(),
        Ok(Step::Costs(next, refusal)) if next == state => format!("{}, a try", shown(refusal)),
        Ok(Step::Costs(next, refusal)) => format!("→ {next}, {}", shown(refusal)),
        Err(refusal) => shown(refusal),
    }
}

fn row(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<_> = cells.into_iter().collect();
    format!("| {} |\n", cells.join(" | "))
}

fn table(flow: Flow, title: &str) -> String {
    let states = states(flow);
    let head = row([title.to_owned()].into_iter().chain(states.iter().map(State::to_string)));
    let line = format!("|{}\n", "---|".repeat(states.len() + 1));
    let body = EVENTS.map(|(name, event)| {
        let cells = states.iter().map(|state| cell(*state, state.on(flow, event)));
        row([name.to_owned()].into_iter().chain(cells))
    });
    [head, line, body.concat()].concat()
}

fn times() -> Vec<Value> {
    let [since, expires] = [pairnym_testkit::NOW, UnixTime(pairnym_testkit::NOW.0 + 600)];
    let early = UnixTime(since.0 + 100);
    let mut times = Vec::new();
    for state in State::ALL {
        for expires in [expires, early] {
            for seconds in [0, 60, 61, 100, 101, 120, 121, 600, 601] {
                let now = UnixTime(since.0 + seconds);
                let then = state.at(since, expires, now);
                times.push(json!({
                    "state": state,
                    "since": since,
                    "expires": expires,
                    "now": now,
                    "then": then,
                }));
            }
        }
    }
    times
}

#[test]
fn time_ends_what_waits() {
    let at = |state: State, since, expires, now| {
        state.at(UnixTime(since), UnixTime(expires), UnixTime(now))
    };
    use State::*;
    assert_eq!(at(Open, 0, 600, 600), Open);
    assert_eq!(at(Open, 0, 600, 601), Expired);
    assert_eq!(at(Pairing, 0, 600, 120), Pairing);
    assert_eq!(at(Pairing, 0, 600, 700), Failed);
    assert_eq!(at(Pairing, 500, 600, 601), Expired);
    assert_eq!(at(Pairing, 500, 600, 700), Expired);
    assert_eq!(at(Paired, 0, 600, 600), Paired);
    assert_eq!(at(Paired, 0, 600, 601), Expired);
    // Answered in time, it can be redeemed after the request's expiry.
    assert_eq!(at(Answered, 590, 600, 650), Answered);
    assert_eq!(at(Answered, 590, 600, 651), Expired);
    for last in [Redeemed, Declined, Failed, Expired] {
        assert_eq!(at(last, 0, 600, u64::MAX), last);
    }
    assert_eq!(at(Answered, u64::MAX, u64::MAX, u64::MAX), Answered);
}

#[test]
fn states_json() {
    let tables = [table(Flow::CrossDevice, "cross-device"), table(Flow::SameDevice, "same device")];
    document::check("states", &tables.join("\n"));

    let mut transitions = Vec::new();
    for flow in [Flow::CrossDevice, Flow::SameDevice] {
        for state in states(flow) {
            for (name, event) in EVENTS {
                let (next, refusal) = match state.on(flow, event) {
                    Ok(Step::Change(next)) => (next, None),
                    Ok(Step::Repeat) => (state, None),
                    Ok(Step::Costs(next, refusal)) => (next, Some(refusal)),
                    Err(refusal) => (state, Some(refusal)),
                };
                let status = refusal.map_or(200, Refusal::status);
                transitions.push(json!({
                    "flow": flow,
                    "state": state,
                    "event": name,
                    "next": next,
                    "status": status,
                    "code": refusal.map(Refusal::code),
                }));
            }
        }
    }
    check(
        "states.json",
        "5",
        "What every event does in every state, and what time does to a state that began at `since`.",
        json!({ "transitions": transitions, "times": times() }),
    );
}

#[test]
fn problems_json() {
    let entry = |refusal: &Refusal| format!("| `{refusal}` | {} |\n", refusal.status());
    let rows: String = Refusal::ALL.iter().map(entry).collect();
    document::check("problems", &format!("| code | status |\n|---|---|\n{rows}"));

    let own = Refusal::ALL.iter().map(|refusal| Problem::from(*refusal));
    let core = [
        pairnym::Error::Rejected,
        pairnym::Error::WrongAnswer,
        pairnym::Error::NoAccount,
        pairnym::Error::NoSession,
        pairnym::Error::ForeignParameters,
        pairnym::Error::TicketUsed,
        pairnym::Error::PersonRegistered,
        pairnym::Error::NotRegistered,
        pairnym::Error::Unavailable,
        // A server's own affairs are not told.
        pairnym::Error::ListExpired,
        pairnym::Error::Fault,
        pairnym::Error::ConflictingList,
        pairnym::Error::StaleCredential,
    ];
    let entry = |error: pairnym::Error| {
        let problem = Problem::from(error);
        assert!(error.http_status() < 500 || problem.status != 500 || problem.code == "internal");
        json!({ "error": error.code(), "problem": problem })
    };
    check(
        "problems.json",
        "11",
        "Problem documents: of this document's codes, and of SPEC's.",
        json!({
            "own": own.map(|problem| json!(problem)).collect::<Vec<Value>>(),
            "core": core.map(entry),
        }),
    );
}
