(** * A Sigma-protocol in two halves

    Two devices prove one linear relation.  The lead has all secrets but a scalar
    [d], which the second has.  The lead sends commitments [TW], the second [TG];
    the challenge [c] is that of the sum, and the lead adds the second's answer [z]
    to its response.  The second proves a relation of its own, with the same [TG],
    [c], [z], by which the lead checks it.

    [phi] is the ordinary relation, [phi2] the second's.  [place] puts a scalar in
    its place among the secrets, and [carry] says how the second's points enter
    statement and commitments of the ordinary relation.  Shared.v has the
    protocol's instances. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
From Pairnym Require Import Model Sigma.

Section Halves.
Variables (F : fieldType) (W Y Y2 : lmodType F).
Variables (phi : W -> Y) (phi2 : F^o -> Y2) (place : F^o -> W) (carry : Y2 -> Y).

(** The halves join: if the second's half is accepted, the whole is if and only if
    the lead's half is. *)
Definition joins : Prop := forall y1 y2 TW TG c s z,
  verify phi2 y2 (TG, c, z) ->
  verify phi (y1 + carry y2) (TW + carry TG, c, s + place z) =
  verify phi y1 (TW, c, s).

(** Two honest halves are accepted. *)
Definition completes : Prop := forall w d c r n,
  verify phi (phi w + carry (phi2 d))
    (phi r + carry (phi2 n), c, respond w c r + place (respond d c n)).

(** Two accepted messages with one [TW] of the lead, different challenges, and
    whatever the second committed to and answered: the extractor gets secrets of
    the _reduced_ statement, the second's points moved to its right side. *)
Definition reduces_sound : Prop := forall y y2 TW TG TG' c c' s s' z z',
  c != c' ->
  verify phi2 y2 (TG, c, z) -> verify phi2 y2 (TG', c', z') ->
  verify phi y (TW + carry TG, c, s) -> verify phi y (TW + carry TG', c', s') ->
  phi (extract c c' (s - place z) (s' - place z')) = y - carry y2.

Definition halves_protocol : Prop := [/\ joins, completes & reduces_sound].

Hypotheses (phiL : is_linear phi) (phi2L : is_linear phi2).
Hypothesis carryL : is_linear carry.
(** What the second adds to the statement is what [d] in its place does. *)
Hypothesis fits : forall d, carry (phi2 d) = phi (place d).

Theorem halves_join : joins.
Proof.
move=> y1 y2 TW TG c s z /eqP h.
rewrite /verify (linD phiL) -fits h (linD carryL) (linZ carryL).
by rewrite scalerDr addrACA (inj_eq (addIr _)).
Qed.

Theorem halves_complete : completes.
Proof.
move=> w d c r n.
by rewrite halves_join; [apply: sigma_complete | apply: sigma_complete].
Qed.

(** The whole message is one of the reduced statement. *)
Lemma halves_reduce y y2 TW TG c s z : verify phi2 y2 (TG, c, z) ->
  verify phi y (TW + carry TG, c, s) =
  verify phi (y - carry y2) (TW, c, s - place z).
Proof. by move=> v; rewrite -(halves_join _ _ _ v) !subrK. Qed.

Theorem halves_special_sound : reduces_sound.
Proof.
move=> y y2 TW TG TG' c c' s s' z z' cc g g'.
rewrite (halves_reduce _ _ _ g) (halves_reduce _ _ _ g').
exact: sigma_special_sound.
Qed.

(** Bundled: all three for every linear relation. *)
Theorem halves_linear : halves_protocol.
Proof.
by split; [exact: halves_join | exact: halves_complete | exact: halves_special_sound].
Qed.

(** A reduced statement that is false: for every [TW] at most one challenge has an
    accepted message, whatever the second committed to and answered. *)
Theorem halves_false_statement y y2 TW TG TG' c c' s s' z z' :
  (forall w, phi w <> y - carry y2) ->
  verify phi2 y2 (TG, c, z) -> verify phi2 y2 (TG', c', z') ->
  verify phi y (TW + carry TG, c, s) -> verify phi y (TW + carry TG', c', s') ->
  c = c'.
Proof.
move=> no g g'; rewrite (halves_reduce _ _ _ g) (halves_reduce _ _ _ g').
exact: sigma_false_statement.
Qed.

(** Who is to blame: where [carry] forgets nothing, and the lead's half is
    accepted, the whole is if and only if the second's half is. *)
Theorem halves_blame y1 y2 TW TG c s z : injective carry ->
  verify phi y1 (TW, c, s) ->
  verify phi (y1 + carry y2) (TW + carry TG, c, s + place z) =
  verify phi2 y2 (TG, c, z).
Proof.
move=> carryI /eqP h.
rewrite /verify (linD phiL) -fits h scalerDr addrACA (inj_eq (addrI _)).
by rewrite -(linZ carryL) -(linD carryL) (inj_eq carryI).
Qed.

End Halves.

(** Whatever statement, points, commitments, nonces and secrets the lead has, and
    whatever the second answers to each challenge: if the reduced statement is not
    true of the lead's secrets, or its nonces are not those of the commitment, at
    most one challenge makes both checks pass. *)
Theorem halves_self_check_count (F : finFieldType) (W Y Y2 : lmodType F)
    (phi : W -> Y) (phi2 : F^o -> Y2) (place : F^o -> W) (carry : Y2 -> Y)
    (y : Y) (y2 : Y2) (TW : Y) (TG : Y2) (w r : W) (z : F -> F^o) :
  is_linear phi -> is_linear carry ->
  (forall d, carry (phi2 d) = phi (place d)) ->
  ~ (phi w = y - carry y2 /\ phi r = TW) ->
  (#|[set c | (verify phi2 y2 (TG, c, z c) &&
       verify phi y (TW + carry TG, c, respond w c r + place (z c)))%R]| <= 1)%N.
Proof.
move=> phiL carryL fits wrong.
apply: leq_trans (sigma_self_check_count phiL wrong).
apply/subset_leq_card/subsetP => c; rewrite !inE => /andP [g].
by rewrite (halves_reduce phiL carryL fits _ _ _ g) addrK.
Qed.

(** ** What leaves the lead

    The second has committed to [TG] before anything else; its answer is any
    function of [TW] and the challenge.  The challenge is any function of the sum
    of the commitments.  [C] are the lead's coins, one for each vector of nonces. *)
Section Release.
Variables (F : finFieldType) (W Y Y2 : lmodType F).
Variables (phi : W -> Y) (phi2 : F^o -> Y2) (place : F^o -> W) (carry : Y2 -> Y).
Hypotheses (phiL : is_linear phi) (phi2L : is_linear phi2).
Hypothesis carryL : is_linear carry.
Hypothesis fits : forall d, carry (phi2 d) = phi (place d).
Variables (C : finType) (coin : C -> W).
Hypothesis coinB : bijective coin.

Variables (hash : Y -> F) (TG : Y2) (answer : Y -> F -> F^o).

(** Does the answer to the commitments [TW] pass the lead's check? *)
Definition passes (y2 : Y2) (TW : Y) : bool :=
  let c := hash (TW + carry TG) in verify phi2 y2 (TG, c, answer TW c).

(** The lead with secrets [w] and nonces [r]: the message, if it passes. *)
Definition released (y2 : Y2) (w r : W) : option (Y * F * W) :=
  let TW := phi r in
  let c := hash (TW + carry TG) in
  if passes y2 TW
  then Some (TW + carry TG, c, respond w c r + place (answer TW c)) else None.

(** An ordinary holder with all secrets. *)
Definition ordinary (w r : W) : Y * F * W := real phi w (hash (phi r)) r.

Lemma releasedE w d T c s r :
  passes (phi2 d) (T - carry TG) ->
  (released (phi2 d) w r == Some (T, c, s)) =
  (ordinary (w + place d)
     (r + (place (answer (T - carry TG) (hash T)) - hash T *: place d))
   == (T, c, s)).
Proof.
move=> ok; set a := answer _ _; set delta := place a - _.
have phid : phi delta = carry TG.
  move: ok; rewrite /passes subrK => /eqP g.
  rewrite (linB phiL) (linZ phiL) -!fits g (linD carryL) (linZ carryL).
  by rewrite addrK.
rewrite /released /ordinary /real (linD phiL) phid.
have [ET|ne] := eqVneq (phi r + carry TG) T; last first.
  rewrite !xpair_eqE (negPf ne); case: ifP => // _; apply/eqP => -[e _ _].
  by rewrite e eqxx in ne.
have EW : T - carry TG = phi r by rewrite -ET addrK.
rewrite -EW ok /respond (inj_eq Some_inj) !xpair_eqE subrK eqxx /=.
congr (_ && (_ == s)); rewrite /delta scalerDr.
by rewrite addrACA subrK addrAC.
Qed.

(** Nonces that are all moved by the same amount are as many. *)
Lemma count_shift (A B : pred W) (delta : W) : (forall r, A r = B (r + delta)) ->
  #|[set r | A (coin r)]| = #|[set r | B (coin r)]|.
Proof.
have [g gK Kg] := coinB => e.
have hB : bijective (fun r => g (coin r + delta)).
  exists (fun r => g (coin r - delta)) => r; rewrite Kg ?addrK ?subrK gK //.
rewrite -(card_imset _ (bij_inj hB)); have [k hk kh] := hB.
apply: eq_card => r; rewrite inE; apply/imsetP/idP => [[r' + ->]|Br].
  by rewrite inE e Kg.
by exists (k r); rewrite ?kh // inE e -[coin (k r) + _]Kg kh.
Qed.

(** For every message: if the second's answer at its commitments passes, as many
    nonces of the lead release it as nonces of the ordinary holder of all secrets
    make it; if not, none does.  So the second decides, by the commitments and the
    challenge alone, whether a message leaves, and has no other influence on it. *)
Theorem halves_released w d (t : Y * F * W) :
  #|[set r | released (phi2 d) w (coin r) == Some t]| =
  if passes (phi2 d) (t.1.1 - carry TG)
  then #|[set r | ordinary (w + place d) (coin r) == t]| else 0%N.
Proof.
case: t => [[T c] s] /=; case: ifP => [ok|no].
  apply: (@count_shift (fun r => released (phi2 d) w r == Some (T, c, s))
            (fun r => ordinary (w + place d) r == (T, c, s))) => r.
  exact: releasedE ok.
apply/eqP; rewrite cards_eq0; apply/eqP/setP => r; rewrite !inE.
rewrite /released; case: ifP => // ok; apply/eqP => -[ET _ _].
by rewrite -ET addrK ok in no.
Qed.

(** As many nonces release some message as nonces of the ordinary holder have
    commitments at which the second's answer passes.  So a released message is
    distributed as an ordinary one with such commitments. *)
Theorem halves_release_count w d :
  #|[set r | released (phi2 d) w (coin r) != None]| =
  #|[set r | passes (phi2 d) (phi (coin r) - carry TG)]|.
Proof.
have rE r : (released (phi2 d) w r != None) = passes (phi2 d) (phi r).
  by rewrite /released; case: ifP.
have [k ETG|no] := pickP [pred k : F | TG == phi2 k]; last first.
  have none TW : passes (phi2 d) TW = false.
    apply/negP; rewrite /passes; set c := hash _; set a := answer _ _ => /eqP h.
    have := no (a - c *: d); rewrite /= (linB phi2L) h (linZ phi2L).
    by rewrite addrK eqxx.
  by apply: eq_card => r; rewrite !inE rE !none.
apply: (@count_shift (fun r => released (phi2 d) w r != None)
          (fun r => passes (phi2 d) (phi r - carry TG)) (place k)) => r.
rewrite (linD phiL) -fits -(eqP ETG).
by rewrite addrK rE.
Qed.

End Release.

(** Both theorems as one statement about the relations: whatever hash, whatever
    the second's commitment and answers. *)
Definition releases_ordinary (F : finFieldType) (W Y Y2 : lmodType F)
    (phi : W -> Y) (phi2 : F^o -> Y2) (place : F^o -> W) (carry : Y2 -> Y)
    (C : finType) (coin : C -> W) : Prop :=
  forall (hash : Y -> F) (TG : Y2) (answer : Y -> F -> F^o) (w : W) (d : F^o),
  let pass := passes phi2 carry hash TG answer (phi2 d) in
  let lead r := released phi phi2 place carry hash TG answer (phi2 d) w (coin r) in
  let person r := ordinary phi hash (w + place d) (coin r) in
  (forall t, #|[set r | lead r == Some t]| =
     if pass (t.1.1 - carry TG) then #|[set r | person r == t]| else 0%N) /\
  #|[set r | lead r != None]| = #|[set r | pass (phi (coin r) - carry TG)]|.

Theorem halves_release (F : finFieldType) (W Y Y2 : lmodType F)
    (phi : W -> Y) (phi2 : F^o -> Y2) (place : F^o -> W) (carry : Y2 -> Y)
    (C : finType) (coin : C -> W) :
  is_linear phi -> is_linear phi2 -> is_linear carry ->
  (forall d, carry (phi2 d) = phi (place d)) -> bijective coin ->
  releases_ordinary phi phi2 place carry coin.
Proof.
move=> phiL phi2L carryL fits coinB hash TG answer w d; split=> [t|].
  exact: halves_released.
exact: halves_release_count.
Qed.
