(** * The statements of the protocol, as linear maps

    Notation as in the specification: seven pseudonym secrets [u_0 .. u_6] and
    [v]; generators [U_k], [V], [H_i]; credential base [Bt]; [n] attributes, of
    which the set [D] is disclosed; scope point [z] and pseudonym base [P]. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

From Pairnym Require Import Model Lin Sigma.

Section Statements.
Variables (F : finFieldType) (Gr : lmodType F).
Local Notation secrets := {ffun 'I_7 -> F^o}.

Variables (U : 'I_7 -> Gr) (V : Gr).

(** ** The pseudonym polynomial and the enrollment commitment *)

(** [f(z) = sum_k u_k z^k]; the pseudonym in a scope is [f(z) * P]. *)
Definition f (u : secrets) (z : F) : F := \sum_(k < 7) u k * z ^+ k.

(** [C_u = sum_k u_k U_k + v V] *)
Definition U_sum (u : secrets) : Gr := \sum_(k < 7) u k *: U k.
Definition commitment (u : secrets) (v : F) : Gr := U_sum u + v *: V.

Lemma f_lin a (u u' : secrets) z : f (a *: u + u') z = a * f u z + f u' z.
Proof.
rewrite /f mulr_sumr -big_split; apply: eq_bigr => k _.
by rewrite !ffunE mulrDl mulrA.
Qed.

Lemma U_sum_lin a u u' : U_sum (a *: u + u') = a *: U_sum u + U_sum u'.
Proof.
rewrite /U_sum scaler_sumr -big_split; apply: eq_bigr => k _.
by rewrite !ffunE scalerDl scalerA.
Qed.

Lemma commitment_lin a (u u' : secrets) (v v' : F) :
  commitment (a *: u + u') (a * v + v') =
  a *: commitment u v + commitment u' v'.
Proof. by rewrite /commitment U_sum_lin; lin F Gr. Qed.

(** ** Enrollment, and issuance: knowledge of an opening [(u, v)] of [C_u] *)

Local Notation opening := (secrets * F^o)%type.
Definition phi_open (w : opening) : Gr := commitment w.1 w.2.

Lemma phi_open_linear : is_linear phi_open.
Proof. by move=> a w w'; rewrite /phi_open commitment_lin. Qed.

(** The proof of knowledge of the opening of [C_u] at enrollment is a
    Sigma-protocol: complete, special sound, perfectly simulated, exactly one
    nonce per witness and accepted transcript. *)
Theorem enrollment_sigma : sigma_protocol phi_open.
Proof. exact: sigma_linear phi_open_linear. Qed.

(** At issuance the holder proves the same relation again (only what is hashed
    into the challenge differs). *)
Theorem issuance_opening_sigma : sigma_protocol phi_open.
Proof. exact: enrollment_sigma. Qed.

(** The device's check of its own request: it passes if and only if the challenge
    is 0 or the commitment is that of the secrets which the device used. *)
Theorem enrollment_self_check (C : Gr) (w : opening) c r :
  verify phi_open C (real phi_open w c r) =
  (c == 0) || (commitment w.1 w.2 == C).
Proof. exact: (sigma_self_check_zero phi_open_linear). Qed.

(** For every witness, challenge and transcript: as many nonces as simulator
    coins lead to it. *)
Theorem enrollment_count (w : opening) c (t : Gr * F * opening) :
  #|[set r : opening | real phi_open w c r == t]| =
  #|[set s : opening | simulate phi_open (phi_open w) c s == t]|.
Proof. exact: (sigma_count_simulated phi_open_linear (bij_id _)). Qed.

(** ** Equality of discrete logarithms

    Knowledge of [k] with [X = k G] and [B = k A]: the authority's proof at
    issuance for the pair (A, W), the relation of the evidence for (A-bar, B-bar),
    and the answer of the blind online check for (Q, Q'). *)
Definition phi_dleq (G A : Gr) (k : F^o) : (Gr * Gr)%type := (k *: G, k *: A).

Lemma phi_dleq_linear G A : is_linear (phi_dleq G A).
Proof.
by move=> a k k'; rewrite /phi_dleq !scalerDl -!scalerA; congr (_, _).
Qed.

Theorem issuance_dleq_sigma G A : sigma_protocol (phi_dleq G A).
Proof. exact: sigma_linear (phi_dleq_linear G A). Qed.

Theorem issuance_dleq_count G A (k : F^o) c (t : Gr * Gr * F * F^o) :
  #|[set r : F^o | real (phi_dleq G A) k c r == t]| =
  #|[set s : F^o | simulate (phi_dleq G A) (phi_dleq G A k) c s == t]|.
Proof. exact: (sigma_count_simulated (phi_dleq_linear G A) (bij_id _)). Qed.

(** The check, written out: [s G = T1 + c X] and [s A = T2 + c B]. *)
Lemma dleq_verifyE G A X B T1 T2 c (s : F^o) :
  verify (phi_dleq G A) (X, B) (T1, T2, c, s) =
  (s *: G == T1 + c *: X) && (s *: A == T2 + c *: B).
Proof. by []. Qed.

(** A pair outside the relation, [B <> x A] for the [x] with [X = x G]: for every
    commitment at most one challenge has an accepted answer.  At issuance this
    is why a key other than the published one is caught. *)
Theorem dleq_false_statement G A X B x T c c' (s s' : F^o) :
  G != 0 -> X = x *: G -> B <> x *: A ->
  verify (phi_dleq G A) (X, B) (T, c, s) ->
  verify (phi_dleq G A) (X, B) (T, c', s') -> c = c'.
Proof.
move=> nzG Xx neB; apply: (sigma_false_statement (phi_dleq_linear G A)) => k [].
by rewrite Xx => /(scale_inj nzG) -> /esym.
Qed.

(** ** Login: knowledge of [a = f(z)] with [N = a P] *)
Definition phi_login (P : Gr) (a : F^o) : Gr := a *: P.

Lemma phi_login_linear P : is_linear (phi_login P).
Proof. by move=> a k k'; rewrite /phi_login scalerDl -scalerA. Qed.

Theorem login_sigma P : sigma_protocol (phi_login P).
Proof. exact: sigma_linear (phi_login_linear P). Qed.

Theorem login_count P (a : F^o) c (t : Gr * F * F^o) :
  #|[set r : F^o | real (phi_login P) a c r == t]| =
  #|[set s : F^o | simulate (phi_login P) (phi_login P a) c s == t]|.
Proof. exact: (sigma_count_simulated (phi_login_linear P) (bij_id _)). Qed.

(** The check, written out: [s P = T + c N]. *)
Lemma login_verifyE P N T c (s : F^o) :
  verify (phi_login P) N (T, c, s) = (s *: P == T + c *: N).
Proof. by []. Qed.

(** Two accepted logins with one commitment and different challenges yield the
    discrete logarithm of the pseudonym. *)
Theorem login_extract_dlog P N T c c' (s s' : F^o) :
  c != c' ->
  verify (phi_login P) N (T, c, s) -> verify (phi_login P) N (T, c', s') ->
  N = ((s - s') / (c - c')) *: P.
Proof.
move=> cc v v'; rewrite -(sigma_special_sound (phi_login_linear P) cc v v').
by rewrite /phi_login /extract regularZ mulrC.
Qed.

(** *** A login whose statement is false, or that a fault befell

    From a false one everybody computes [a P - N]. *)
Theorem login_false_extraction P N (a : F^o) c (r : F^o) : c != 0 ->
  c^-1 *: (phi_login P (respond a c r) - phi_login P r) - N = a *: P - N.
Proof. exact: (sigma_false_extraction (phi_login_linear P) N a r). Qed.

(** It passes the device's own check if and only if the challenge is 0 or the
    statement is true. *)
Theorem login_self_check P N (a : F^o) c r :
  verify (phi_login P) N (real (phi_login P) a c r) = (c == 0) || (a *: P == N).
Proof. exact: (sigma_self_check_zero (phi_login_linear P)). Qed.

(** Whatever else is in the place of the pseudonym, commitment, nonce and secret:
    at most one challenge passes. *)
Theorem login_self_check_count P N T (a r : F^o) :
  ~ (a *: P = N /\ r *: P = T) ->
  (#|[set c | verify (phi_login P) N (T, c, respond a c r)]| <= 1)%N.
Proof. exact: (sigma_self_check_count (phi_login_linear P)). Qed.

(** A response to a challenge other than that of the message never passes. *)
Theorem login_challenge_fault P (a : F^o) c c' r : a *: P != 0 ->
  verify (phi_login P) (a *: P) (r *: P, c, respond a c' r) = (c == c').
Proof. exact: (sigma_challenge_fault (phi_login_linear P)). Qed.

(** Why it must not leave: with one more answer on the same nonce it gives the
    secret away. *)
Theorem login_repeated_nonce (a r : F^o) c c' : c != c' ->
  a = ((respond a c r - respond a c' r) / (c - c') : F).
Proof.
move=> cc; rewrite /respond !regularZ opprD addrACA subrr add0r -mulrBl.
by rewrite mulrAC divff ?mul1r // subr_eq0.
Qed.

(** ** Presentation: equations (1) and (2) with shared [u_k]

    The secrets are [(rho, eps, u, v, m)] with one [m_i] for every attribute
    that is not disclosed. *)
Variables (n : nat) (H : 'I_n -> Gr) (D : {set 'I_n}).
Local Notation hidden := {i : 'I_n | i \notin D}.
Local Notation hidden_attrs := {ffun hidden -> F^o}.
Local Notation presw := (F^o * F^o * secrets * F^o * hidden_attrs)%type.

Definition hidden_sum (m : hidden_attrs) : Gr :=
  \sum_(i : hidden) m i *: H (val i).

Definition disclosed_sum (m : 'I_n -> F) : Gr := \sum_(i in D) m i *: H i.

Variables (Ab Bb : Gr) (z : F) (P : Gr).

Definition phi_pres (w : presw) : (Gr * Gr)%type :=
  let: (rho, eps, u, v, m) := w in
  (rho *: Bb + eps *: Ab - U_sum u - v *: V - hidden_sum m,
   f u z *: P).

(** The public side: [B_t + sum of the disclosed m_j H_j], and the pseudonym. *)
Definition pres_public (Bt : Gr) (md : 'I_n -> F) (N : Gr) : (Gr * Gr)%type :=
  (Bt + disclosed_sum md, N).

Lemma hidden_sum_lin a m m' :
  hidden_sum (a *: m + m') = a *: hidden_sum m + hidden_sum m'.
Proof.
rewrite /hidden_sum scaler_sumr -big_split; apply: eq_bigr => i _.
by rewrite !ffunE scalerDl scalerA.
Qed.

Lemma phi_pres_linear : is_linear phi_pres.
Proof.
move=> a [[[[rho eps] u] v] m] [[[[rho' eps'] u'] v'] m'].
rewrite /phi_pres /= U_sum_lin hidden_sum_lin f_lin ?regularZ.
congr (_, _) => /=.
  lin F Gr.
by rewrite scalerDl scalerA.
Qed.

(** Presentation, equations (1) and (2) together. *)
Theorem presentation_sigma : sigma_protocol phi_pres.
Proof. exact: sigma_linear phi_pres_linear. Qed.

Theorem presentation_count (w : presw) c (t : Gr * Gr * F * presw) :
  #|[set r : presw | real phi_pres w c r == t]| =
  #|[set s : presw | simulate phi_pres (phi_pres w) c s == t]|.
Proof. exact: (sigma_count_simulated phi_pres_linear (bij_id _)). Qed.

(** The device's check of its own presentation: it passes if and only if the
    challenge is 0 or both equations hold for the secrets which the device used. *)
Theorem presentation_self_check y (w : presw) c r :
  verify phi_pres y (real phi_pres w c r) = (c == 0) || (phi_pres w == y).
Proof. exact: (sigma_self_check_zero phi_pres_linear). Qed.

(** Whatever else is in the place of statement, commitments, nonces and secrets:
    at most one challenge passes. *)
Theorem presentation_self_check_count y T (w r : presw) :
  ~ (phi_pres w = y /\ phi_pres r = T) ->
  (#|[set c | verify phi_pres y (T, c, respond w c r)]| <= 1)%N.
Proof. exact: (sigma_self_check_count phi_pres_linear). Qed.

(** Two holders, two credentials, one and the same (A-bar, B-bar) and pseudonym:
    every transcript has equally many nonces for the one as for the other. *)
Theorem presentation_witness_indistinguishable
    (w w' : presw) c (t : Gr * Gr * F * presw) :
  phi_pres w = phi_pres w' ->
  #|[set r : presw | real phi_pres w c r == t]| =
  #|[set r : presw | real phi_pres w' c r == t]|.
Proof.
exact: (sigma_witness_indistinguishable phi_pres_linear (bij_id _)).
Qed.

(** The check is equations (1) and (2) of the verification, as the verifier
    computes them. *)
Lemma presentation_verifyE Bt md N T1 T2 c (s : presw) :
  let: (rho, eps, u, v, m) := s in
  verify phi_pres (pres_public Bt md N) (T1, T2, c, s) =
  (rho *: Bb + eps *: Ab - U_sum u - v *: V - hidden_sum m
     - c *: (Bt + disclosed_sum md) - T1 == 0) &&
  (f u z *: P - c *: N - T2 == 0).
Proof.
case: s => [[[[rho eps] u] v] m]; rewrite /verify /pres_public /=.
have chk (a T y : Gr) : (a == T + y) = (a - y - T == 0).
  by rewrite -addrA -opprD subr_eq0 (addrC y).
by rewrite [LHS]xpair_eqE /= !chk.
Qed.

End Statements.
