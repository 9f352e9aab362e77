//! What operations may cost, and whether they do.

use serde::Serialize;

use crate::measure::Measured;

/// So many ed25519 verifications may the operations cost together, for one item, and so many times
/// their floor, where they have one.
struct Goal {
    name: &'static str,
    operations: &'static [&'static str],
    ed25519: f64,
    floor: Option<f64>,
}

impl Goal {
    const fn new(
        name: &'static str,
        operations: &'static [&'static str],
        ed25519: f64,
        floor: Option<f64>,
    ) -> Self {
        Self { name, operations, ed25519, floor }
    }

    /// Nothing unless all its operations were measured.
    fn judge(&self, measured: &[Measured]) -> Option<Judged> {
        let find = |name: &&str| measured.iter().find(|measured| measured.name == *name);
        let parts = self.operations.iter().map(find).collect::<Option<Vec<_>>>()?;
        let ed25519 = parts.iter().map(|part| part.ed25519).sum();
        let floor = match parts[..] {
            [one] => one.floor,
            _ => None,
        };
        let within = |measured: Option<f64>, limit: Option<f64>| {
            limit.is_none_or(|limit| measured.is_some_and(|measured| measured <= limit))
        };
        Some(Judged {
            name: self.name,
            operations: self.operations,
            ed25519,
            ed25519_limit: self.ed25519,
            floor,
            floor_limit: self.floor,
            met: within(Some(ed25519), Some(self.ed25519)) && within(floor, self.floor),
        })
    }
}

const GOALS: [Goal; 11] = [
    Goal::new("verify-1", &["verify-1"], 4.25, Some(1.05)),
    Goal::new("verify-64", &["verify-64"], 1.67, Some(1.10)),
    Goal::new("verify-1024", &["verify-1024"], 1.45, Some(1.15)),
    Goal::new("verify-login-1", &["verify-login-1"], 1.08, Some(1.12)),
    Goal::new("verify-login-1024", &["verify-login-1024"], 0.42, Some(1.12)),
    Goal::new("present", &["present-account-prepared"], 10.0, None),
    Goal::new("log-in", &["log-in-account"], 1.3, None),
    Goal::new(
        "evidence-holder",
        &["evidence-holder-ask", "evidence-holder-challenge-prepared", "evidence-holder-check"],
        4.2,
        None,
    ),
    Goal::new(
        "evidence-authority",
        &["evidence-authority-commit", "evidence-authority-answer"],
        1.25,
        None,
    ),
    Goal::new("issue-authority", &["issue-authority"], 8.7, None),
    Goal::new("issue-holder-ask", &["issue-holder-ask-prepared"], 5.4, None),
];

/// A goal beside what was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    pub name: &'static str,
    pub operations: &'static [&'static str],
    pub ed25519: f64,
    pub ed25519_limit: f64,
    pub floor: Option<f64>,
    pub floor_limit: Option<f64>,
    pub met: bool,
}

pub fn judge(measured: &[Measured]) -> Vec<Judged> {
    GOALS.iter().filter_map(|goal| goal.judge(measured)).collect()
}

/// Whether a goal is about these operations alone.
pub fn about(names: &[&str]) -> bool {
    GOALS.iter().any(|goal| goal.operations.iter().all(|name| names.contains(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations;

    fn measured(name: &'static str, ed25519: f64, floor: Option<f64>) -> Measured {
        let (items, microseconds, per_second_and_core, bytes) = (1, 1.0, 1.0, None);
        Measured { name, items, microseconds, per_second_and_core, ed25519, floor, bytes }
    }

    #[test]
    fn every_goal_is_about_operations_that_are_measured() {
        let names = operations::ALL.map(|(name, _)| name);
        for goal in &GOALS {
            assert!(!goal.operations.is_empty() && about(goal.operations), "{}", goal.name);
            assert!(goal.operations.iter().all(|name| names.contains(name)), "{}", goal.name);
        }
        assert!(!about(&["evidence-authority-commit", "enroll-holder"]));
    }

    #[test]
    fn a_goal_is_met_up_to_both_its_limits() {
        let met = |ed25519, floor| {
            let judged = judge(&[measured("verify-1", ed25519, floor)]);
            assert_eq!(judged.len(), 1);
            judged[0].met
        };
        assert!(met(4.25, Some(1.05)));
        assert!(!met(4.26, Some(1.05)));
        assert!(!met(4.25, Some(1.06)));
        assert!(!met(4.25, None));
    }

    #[test]
    fn the_costs_of_steps_add_up() {
        let answer = measured("evidence-authority-answer", 0.25, None);
        let of = |commit| {
            judge(&[measured("evidence-authority-commit", commit, None), answer.clone()])
                .first()
                .map(|goal| goal.met)
        };
        assert_eq!(of(1.0), Some(true));
        assert_eq!(of(1.01), Some(false));
        assert!(judge(std::slice::from_ref(&answer)).is_empty());
    }
}
