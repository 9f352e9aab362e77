(** * What each theorem rests on

    Every line below must answer "Closed under the global context": no axiom,
    nothing left out.  [./check] compares the answers, and compares this list
    with the table of README.md. *)
From Pairnym Require Import Model Sigma Statements Presentation Evidence.
From Pairnym Require Import Unlinkability Pseudonym Batch.

(* Model *)
Print Assumptions prime_order_satisfiable.
Print Assumptions count_bijection.
(* Sigma *)
Print Assumptions sigma_complete.
Print Assumptions sigma_special_sound.
Print Assumptions sigma_hvzk.
Print Assumptions sigma_one_nonce.
Print Assumptions sigma_linear.
Print Assumptions sigma_simulator_accepted.
Print Assumptions sigma_false_statement.
Print Assumptions sigma_count_simulated.
Print Assumptions sigma_witness_indistinguishable.
(* Statements *)
Print Assumptions enrollment_sigma.
Print Assumptions issuance_opening_sigma.
Print Assumptions enrollment_count.
Print Assumptions issuance_dleq_sigma.
Print Assumptions issuance_dleq_count.
Print Assumptions dleq_false_statement.
Print Assumptions login_sigma.
Print Assumptions login_count.
Print Assumptions login_extract_dlog.
Print Assumptions presentation_sigma.
Print Assumptions presentation_count.
Print Assumptions presentation_witness_indistinguishable.
Print Assumptions presentation_verifyE.
(* Presentation *)
Print Assumptions presentation_extract_mac.
Print Assumptions presentation_rho0.
Print Assumptions presentation_extract.
Print Assumptions presentation_extract_dlog.
Print Assumptions presentation_rho0_converse.
Print Assumptions presentation_complete.
Print Assumptions rscaled_forgery.
Print Assumptions rscaled_nonzero.
Print Assumptions mac_inverse.
(* Evidence *)
Print Assumptions evidence_answer_correct.
Print Assumptions evidence_complete.
Print Assumptions evidence_nonce_reuse.
Print Assumptions evidence_false_pair.
Print Assumptions evidence_session_correct.
Print Assumptions evidence_unique_coins.
Print Assumptions evidence_count.
Print Assumptions evidence_batch_unique_coins.
Print Assumptions evidence_given_view_uniform.
Print Assumptions evidence_batch_given_view_uniform.
Print Assumptions evidence_challenge_uniform.
(* Unlinkability *)
Print Assumptions presentation_unique_coins.
Print Assumptions unlinkable.
Print Assumptions unlinkable_run.
(* Pseudonym *)
Print Assumptions enrollment_hides.
Print Assumptions enrollment_independent.
Print Assumptions pseudonyms_jointly_uniform.
Print Assumptions pseudonyms_onto.
Print Assumptions pseudonyms_beyond.
Print Assumptions pseudonyms_coincide.
(* Batch *)
Print Assumptions batch_all_random.
Print Assumptions batch_one_fixed.
Print Assumptions online_check_fold.
Print Assumptions online_check_uniform.
Print Assumptions online_check_identity.
Print Assumptions batch_complete.
