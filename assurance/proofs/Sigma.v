(** * The linear Sigma-protocol

    The prover knows [w] with [phi w = y] for a linear map [phi].  It sends
    [T = phi r] for a nonce [r], receives a challenge [c], and answers
    [s = r + c w]; accepted if [phi s = T + c y].  A transcript is [(T, c, s)].
    Enrollment, issuance, evidence, presentation and login are instances
    (Statements.v). *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

From Pairnym Require Import Model.

Section Sigma.
Variables (F : fieldType) (W Y : lmodType F) (phi : W -> Y).

Local Notation transcript := (Y * F * W)%type.

Definition verify (y : Y) (t : transcript) : bool :=
  let: (T, c, s) := t in phi s == T + c *: y.

(** The answer to challenge [c] with nonce [r]; the whole real transcript. *)
Definition respond (w : W) (c : F) (r : W) : W := r + c *: w.
Definition real (w : W) (c : F) (r : W) : transcript :=
  (phi r, c, respond w c r).

(** The simulator needs no witness: it draws the response [s] instead of the
    nonce and computes the commitment. *)
Definition simulate (y : Y) (c : F) (s : W) : transcript :=
  (phi s - c *: y, c, s).

(** The extractor: a witness from two answers to one commitment. *)
Definition extract (c c' : F) (s s' : W) : W := (c - c')^-1 *: (s - s').

(** ** The properties, as statements about [phi] *)

(** Completeness: a prover who knows a witness is always accepted. *)
Definition complete : Prop :=
  forall w c r, verify (phi w) (real w c r).

(** Special soundness: from two accepted transcripts with the same commitment
    and different challenges the extractor computes a witness. *)
Definition special_sound : Prop :=
  forall y T c c' s s', c != c' -> verify y (T, c, s) -> verify y (T, c', s') ->
  phi (extract c c' s s') = y.

(** Perfect honest-verifier zero knowledge: for every witness and every
    challenge, nonce |-> response is a bijection, and it carries the real
    transcript with that nonce to the simulated one with that response. *)
Definition perfect_hvzk : Prop :=
  forall w c, bijective (respond w c) /\
  forall r, real w c r = simulate (phi w) c (respond w c r).

(** Every accepted transcript has, for every witness, exactly one nonce that
    leads to it; so transcripts do not depend on which witness was used. *)
Definition one_nonce_each : Prop :=
  forall w T c s, verify (phi w) (T, c, s) ->
  exists! r, real w c r == (T, c, s).

Definition sigma_protocol : Prop :=
  [/\ complete, special_sound, perfect_hvzk & one_nonce_each].

(** ** The proofs *)
Hypothesis phiL : is_linear phi.

Theorem sigma_complete : complete.
Proof. by move=> w c r; rewrite /= /respond linD // linZ. Qed.

Theorem sigma_special_sound : special_sound.
Proof.
move=> y T c c' s s' cc' /eqP h /eqP h'; rewrite /extract linZ // linB // h h'.
rewrite opprD addrACA subrr add0r -scalerBl scalerA mulVf ?scale1r //.
by rewrite subr_eq0.
Qed.

Theorem sigma_hvzk : perfect_hvzk.
Proof.
move=> w c; split.
  by exists (fun s => s - c *: w) => s; rewrite /respond ?addrK ?subrK.
by move=> r; rewrite /simulate /real {2}/respond linD // linZ // addrK.
Qed.

Theorem sigma_one_nonce : one_nonce_each.
Proof.
move=> w T c s /= /eqP v; exists (s - c *: w); split.
  by rewrite /real /respond subrK linB // linZ // v addrK.
by move=> r; rewrite /real /respond => /eqP [_ <-]; rewrite addrK.
Qed.

(** Bundled: every linear map gives a Sigma-protocol with all four. *)
Theorem sigma_linear : sigma_protocol.
Proof.
split; [exact: sigma_complete | exact: sigma_special_sound
       | exact: sigma_hvzk | exact: sigma_one_nonce].
Qed.

(** What the simulator outputs is always accepted. *)
Theorem sigma_simulator_accepted y c s : verify y (simulate y c s).
Proof. by rewrite /= subrK. Qed.

(** A false statement (a [y] outside the image of [phi]): for every commitment
    at most one challenge has an accepted answer. *)
Theorem sigma_false_statement y T c c' s s' :
  (forall w, phi w <> y) ->
  verify y (T, c, s) -> verify y (T, c', s') -> c = c'.
Proof.
move=> no v v'; have [//|ne] := eqVneq c c'.
by case: (no (extract c c' s s')); apply: sigma_special_sound v v'.
Qed.

(** ** A device whose values may be wrong

    The prover's witness [w] need not satisfy [phi w = y], its nonces [r] need
    not be those of the commitment [T]: storage rots, a credential is another
    person's, a computation fails.  What is fixed before the challenge comes is
    arbitrary here; the answer is [respond w c r]. *)

(** A false statement is not zero-knowledge: from the answer to any challenge
    other than 0 everybody computes how far the prover's witness is from the
    statement. *)
Theorem sigma_false_extraction y w c r : c != 0 ->
  c^-1 *: (phi (respond w c r) - phi r) - y = phi w - y.
Proof.
move=> nzc; congr (_ - y); rewrite /respond (linD phiL) (linZ phiL).
by rewrite addrAC subrr add0r scalerA mulVf // scale1r.
Qed.

(** With commitments computed from the nonces: the check passes if and only if
    the challenge is 0 or the statement is true of the prover's own witness. *)
Theorem sigma_self_check_zero y w c r :
  verify y (real w c r) = (c == 0) || (phi w == y).
Proof.
rewrite /verify /real /respond (linD phiL) (linZ phiL) (inj_eq (addrI _)).
by rewrite -subr_eq0 -scalerBr scaler_eq0 subr_eq0.
Qed.

(** With anything in the place of statement, commitment, nonces and witness: if
    two challenges have answers that pass, the statement is true of the prover's
    own witness, and the commitment is that of its nonces. *)
Theorem sigma_self_check y T w r c c' : c != c' ->
  verify y (T, c, respond w c r) -> verify y (T, c', respond w c' r) ->
  phi w = y /\ phi r = T.
Proof.
move=> cc v v'; have := sigma_special_sound cc v v'; rewrite /extract /respond.
have -> : r + c *: w - (r + c' *: w) = (c - c') *: w.
  by rewrite opprD addrACA subrr add0r scalerBl.
rewrite scalerA mulVf ?subr_eq0 // scale1r => e; split=> //.
by move: v; rewrite /verify /respond (linD phiL) (linZ phiL) e => /eqP /addIr.
Qed.

(** Faults after the challenge, in a true proof.  An answer that is off by [d]
    passes if and only if [phi d = 0]; one to another challenge [c'] does not
    pass, unless [y = 0]. *)
Theorem sigma_response_fault w c r d :
  verify (phi w) (phi r, c, respond w c r + d) = (phi d == 0).
Proof.
rewrite /verify /respond !(linD phiL) (linZ phiL) -[X in _ == X]addr0.
by rewrite (inj_eq (addrI _)).
Qed.

Theorem sigma_challenge_fault w c c' r : phi w != 0 ->
  verify (phi w) (phi r, c, respond w c' r) = (c == c').
Proof.
move=> nz; rewrite /verify /respond (linD phiL) (linZ phiL) (inj_eq (addrI _)).
by rewrite -subr_eq0 -scalerBl scaler_eq0 (negPf nz) orbF subr_eq0 eq_sym.
Qed.

End Sigma.

(** ** The same as a count

    [C] is a finite type whose elements stand for those of [W], one for one
    (in the instances it is [W] itself). *)
Section Counts.
Variables (F : fieldType) (W Y : lmodType F) (phi : W -> Y).
Hypothesis phiL : is_linear phi.
Variables (C : finType) (coin : C -> W).
Hypothesis coinB : bijective coin.

(** For every witness, challenge and transcript there are as many nonces that
    give this transcript as simulator coins that give it. *)
Theorem sigma_count_simulated w c (t : Y * F * W) :
  #|[set r | real phi w c (coin r) == t]| =
  #|[set s | simulate phi (phi w) c (coin s) == t]|.
Proof.
have [g gK Kg] := coinB.
have [hB heq] := sigma_hvzk phiL w c.
apply: (@count_bijection _ _ _ _ (fun r => g (respond w c (coin r)))).
  by apply: bij_comp (bij_comp hB coinB); exists coin.
by move=> r; rewrite /= Kg -heq.
Qed.

(** Witness indistinguishability: any two witnesses of one statement give every
    transcript for equally many nonces. *)
Theorem sigma_witness_indistinguishable w w' c (t : Y * F * W) :
  phi w = phi w' ->
  #|[set r | real phi w c (coin r) == t]| =
  #|[set r | real phi w' c (coin r) == t]|.
Proof. by move=> e; rewrite !sigma_count_simulated e. Qed.

End Counts.

(** Whatever commitment, statement, nonces and witness the device has: if they do
    not belong together, at most one challenge makes what it sends pass. *)
Theorem sigma_self_check_count (F : finFieldType) (W Y : lmodType F)
    (phi : W -> Y) (y T : Y) (w r : W) :
  is_linear phi -> ~ (phi w = y /\ phi r = T) ->
  (#|[set c | verify phi y (T, c, respond w c r)]| <= 1)%N.
Proof.
move=> phiL wrong; apply/card_le1_eqP => c c'; rewrite !inE => v v'.
have [//|ne] := eqVneq c' c; case: wrong; exact: (sigma_self_check phiL ne v' v).
Qed.
