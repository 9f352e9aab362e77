(** * Batch verification and the blind online check *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
From Pairnym Require Import Model.

Section Folding.
Variables (F : finFieldType) (Y : lmodType F).
(** The weights are drawn from [S], such as the scalars below 2^128. *)
Variable S : {set F}.

(** The weight vectors with entries in [S] that let the values [E] pass,
    together with a value [E0] whose weight is fixed. *)
Definition passing (I : finType) (E : I -> Y) (E0 : Y) : {set {ffun I -> F}} :=
  [set w : {ffun I -> F} |
     [forall i, w i \in S] && (E0 + \sum_(i : I) w i *: E i == 0)].

(** One free weight, all others fixed: at most one of its values brings the
    sum to the identity, if the value it multiplies is not the identity. *)
Lemma one_weight (I : finType) (E : I -> Y) (E0 : Y) i (w w' : {ffun I -> F}) :
  E i != 0 -> (forall j, j != i -> w j = w' j) ->
  E0 + \sum_j w j *: E j = 0 -> E0 + \sum_j w' j *: E j = 0 -> w = w'.
Proof.
move=> nz same; rewrite (bigD1 i) //= [X in _ -> _ + X = _ -> _](bigD1 i) //=.
rewrite (eq_bigr (fun j => w' j *: E j)) => [|j ji]; last by rewrite same.
set r := \sum_(_ | _) _; move=> e e'.
have : w i *: E i + r = w' i *: E i + r by apply: (addrI E0); rewrite e e'.
move=> /addIr /(scale_inj nz) wi.
by apply/ffunP => j; have [->|/same] := eqVneq j i.
Qed.

(** The general form: if [E0] or any [E i] is not the identity, at most a
    1/|S| part of the [|S| ^ |I|] weight vectors passes. *)
Lemma folding (I : finType) (E : I -> Y) (E0 : Y) :
  E0 != 0 \/ (exists i, E i != 0) ->
  (#|passing E E0| * #|S| <= #|S| ^ #|I|)%N.
Proof.
move=> bad; have [/existsP [i nz]|] := boolP [exists i, E i != 0]; last first.
  rewrite negb_exists => /forallP all0.
  case: bad => [nz0|[i nz]]; last by have := all0 i; rewrite nz.
  suff -> : passing E E0 = set0 by rewrite cards0.
  apply/setP=> w; rewrite !inE big1 ?addr0 ?(negPf nz0) ?andbF // => i _.
  by have := all0 i; rewrite negbK => /eqP ->; rewrite scaler0.
pose put (p : {ffun I -> F} * F) : {ffun I -> F} :=
  [ffun j => if j == i then p.2 else p.1 j].
have put_inj : {in setX (passing E E0) S &, injective put}.
  move=> [w a] [w' a']; rewrite !inE /=.
  case/andP=> /andP [_ /eqP e] _ /andP [/andP [_ /eqP e'] _] /ffunP h.
  have := h i; rewrite !ffunE eqxx /= => ->; congr (_, _).
  apply: one_weight nz _ e e' => j ji.
  by have := h j; rewrite !ffunE (negPf ji).
rewrite -cardsX -(card_in_imset put_inj) -card_ffun_on.
apply: subset_leq_card; apply/subsetP => _ /imsetP [[w a] + ->].
rewrite !inE => /andP [/andP [/forallP wS _] aS]; apply/ffun_onP => j.
by rewrite ffunE /=; case: ifP.
Qed.

(** ** Batch verification *)

(** Every correct batch passes, with any weights. *)
Lemma batch_complete n (E : 'I_n -> Y) (w : {ffun 'I_n -> F}) :
  (forall i, E i = 0) -> \sum_i w i *: E i = 0.
Proof. by move=> h; rewrite big1 // => i _; rewrite h scaler0. Qed.

(** The values [E_1 .. E_n] of the equations' left sides, not all the identity,
    are fixed.  Of the [|S| ^ n] weight vectors at most [|S| ^ (n-1)] give
    [sum_i w_i E_i = O]. *)
Theorem batch_all_random n (E : 'I_n -> Y) :
  (exists i, E i != 0) ->
  (#|[set w : {ffun 'I_n -> F} |
      [forall i, w i \in S] && (\sum_i w i *: E i == 0)%R]| <= #|S| ^ n.-1)%N.
Proof.
case: n E => [|n] E bad; first by case: bad => -[].
have h := folding (or_intror bad : 0 != 0 :> Y \/ _).
rewrite card_ord expnSr in h; rewrite (eq_card (B := mem (passing E 0))).
  have [S0|] := posnP #|S|; last by move=> S0; rewrite leq_pmul2r in h.
  rewrite eq_card0 ?leq0n // => w; rewrite !inE.
  by apply/negP=> /andP [/forallP /(_ ord0)]; rewrite (cards0_eq S0) inE.
by move=> w; rewrite !inE add0r.
Qed.

(** The variant in which one value [E0] has weight 1 and the [n] others have
    random weights: at most [|S| ^ (n-1)] of the [|S| ^ n] weight vectors pass
    (none if [n = 0]). *)
Theorem batch_one_fixed n (E0 : Y) (E : 'I_n -> Y) :
  E0 != 0 \/ (exists i, E i != 0) ->
  (#|[set w : {ffun 'I_n -> F} |
      [forall i, w i \in S] && (E0 + \sum_i w i *: E i == 0)%R]|
   <= if n is n'.+1 then #|S| ^ n' else 0)%N.
Proof.
move=> bad; have h := folding bad; rewrite card_ord in h.
case: n E bad h => [|n] E bad h.
  case: bad => [nz|[[]//]]; rewrite leqn0 cards_eq0; apply/eqP/setP=> w.
  by rewrite !inE big_ord0 addr0 (negPf nz) andbF.
rewrite expnSr in h; rewrite -/(passing E E0).
have [S0|] := posnP #|S|; last by move=> S0; rewrite leq_pmul2r in h.
rewrite eq_card0 ?leq0n // => w; rewrite !inE.
by apply/negP=> /andP [/forallP /(_ ord0)]; rewrite (cards0_eq S0) inE.
Qed.

End Folding.

(** ** The blind online check

    The platform folds the pairs (A-bar_i, B-bar_i) with weights [w], scales by
    [s <> 0], and asks the authority about (Q, Q'). *)
Section OnlineCheck.
Variables (F : finFieldType) (Gr : finLmodType F) (x : F).
Variables (n : nat) (Ab Bb : 'I_n -> Gr).

Definition query (s : F) (w : {ffun 'I_n -> F}) : Gr * Gr :=
  (s *: (\sum_i w i *: Ab i), s *: (\sum_i w i *: Bb i)).

(** If one pair is false, then for every [s <> 0] at most [|S| ^ (n-1)] of the
    [|S| ^ n] weight vectors lead to a query that is true. *)
Theorem online_check_fold (S : {set F}) s :
  s != 0 -> (exists i, Bb i != x *: Ab i) ->
  (#|[set w : {ffun 'I_n -> F} | [forall i, w i \in S] &&
      ((query s w).2 == x *: (query s w).1)]| <= #|S| ^ n.-1)%N.
Proof.
move=> nzs [i bad].
have bad' : exists i, Bb i - x *: Ab i != 0 by exists i; rewrite subr_eq0.
apply: leq_trans (batch_all_random S bad').
apply/eq_leq/eq_card => w; rewrite !inE /=; congr (_ && _).
have -> (A : Gr) : x *: (s *: A) = s *: (x *: A) by rewrite !scalerA mulrC.
rewrite -[LHS]subr_eq0 -scalerBr scaler_eq0 (negPf nzs) /=.
congr (_ == 0); rewrite scaler_sumr -sumrB; apply: eq_bigr => j _.
by rewrite scalerBr !scalerA mulrC.
Qed.

Hypothesis prime_order : #|Gr| = #|F|.

(** If all pairs are true and the folded point [sum_i w_i A-bar_i] is not the
    identity, then each pair (Q, x Q) with [Q <> O] is the query for exactly one
    [s <> 0]: the authority sees a uniform true pair. *)
Theorem online_check_uniform (w : {ffun 'I_n -> F}) (Q : Gr) :
  (forall i, Bb i = x *: Ab i) -> \sum_i w i *: Ab i != 0 -> Q != 0 ->
  #|[set s : F | (s != 0) && (query s w == (Q, x *: Q))]| = 1%N.
Proof.
move=> ok nz nzQ; have [s [nzs Es us]] := dlog_unique prime_order nz nzQ.
have fold : \sum_i w i *: Bb i = x *: \sum_i w i *: Ab i.
  rewrite scaler_sumr; apply: eq_bigr => i _.
  by rewrite ok !scalerA mulrC.
apply: count_unique; exists s; split.
  by rewrite nzs /query fold Es !scalerA mulrC eqxx.
by move=> s' /andP [_ /eqP []] => /esym /us ->.
Qed.

(** The side condition fails rarely: pairs other than the identity fold to the
    identity for at most [|S| ^ (n-1)] of the [|S| ^ n] weight vectors. *)
Theorem online_check_identity (S : {set F}) :
  (exists i, Ab i != 0) ->
  (#|[set w : {ffun 'I_n -> F} | [forall i, w i \in S] &&
      (\sum_i w i *: Ab i == 0)%R]| <= #|S| ^ n.-1)%N.
Proof. exact: batch_all_random. Qed.

End OnlineCheck.
