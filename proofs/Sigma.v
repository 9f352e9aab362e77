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
