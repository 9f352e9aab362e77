(** * Pseudonyms: joint uniformity, and independence from the enrollment *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
From Pairnym Require Import Model Statements.

(** ** Interpolation *)
Section Interpolation.
Variable F : finFieldType.
Local Notation secrets := {ffun 'I_7 -> F^o}.

(** [f u] is a polynomial of degree at most 6. *)
Lemma f_horner (u : secrets) z : f u z = (\poly_(k < 7) u (inord k)).[z].
Proof.
rewrite horner_poly; apply: eq_bigr => k _.
by rewrite inord_val.
Qed.

Lemma f_eq_poly (u u' : secrets) :
  \poly_(k < 7) u (inord k) = \poly_(k < 7) u' (inord k) -> u = u'.
Proof.
move=> e; apply/ffunP => k; have := congr1 (fun p : {poly F} => p`_k) e.
by rewrite !coef_poly ltn_ord inord_val.
Qed.

Variables (t : nat) (z : 'I_t -> F).
Hypothesis z_inj : injective z.

Definition values (u : secrets) : {ffun 'I_t -> F^o} := [ffun i => f u (z i)].

Lemma values_lin a u u' : values (a *: u + u') = a *: values u + values u'.
Proof. by apply/ffunP => i; rewrite !ffunE f_lin. Qed.

(** Two polynomials of degree below [t] that agree in [t] points are equal. *)
Lemma values_short_inj (p : {poly F}) :
  (size p <= t)%N -> (forall i, p.[z i] = 0) -> p = 0.
Proof.
move=> sz h; apply: contraTeq sz => nz; rewrite -ltnNge.
rewrite -[X in (X < _)%N](size_enum_ord t) -(size_map z).
apply: max_poly_roots => //; last by rewrite map_inj_uniq // enum_uniq.
by apply/allP => _ /mapP [i _ ->]; rewrite /root h.
Qed.

(** At most 7 values in distinct points may be prescribed at will. *)
Lemma values_onto : (t <= 7)%N -> forall y, exists u, values u = y.
Proof.
move=> t7.
pose ext (a : {ffun 'I_t -> F}) : secrets :=
  [ffun k : 'I_7 => (if insub (val k) is Some i then a i else 0 : F^o)].
pose g a : {ffun 'I_t -> F} := values (ext a).
have gi : injective g.
  move=> a b eg; apply/ffunP => i.
  pose p := \poly_(k < 7) (ext a - ext b) (inord k).
  have p0 : p = 0.
    apply: values_short_inj => [|j].
      apply/leq_sizeP => k tk; rewrite coef_poly; case: ltnP => // k7.
      by rewrite !ffunE /= inordK // insubN ?subrr // -leqNgt.
    rewrite -f_horner addrC -scaleN1r f_lin mulN1r addrC.
    by have /ffunP/(_ j) := eg; rewrite !ffunE => ->; rewrite subrr.
  have := congr1 (fun p : {poly F} => p`_i) p0.
  have i7 := leq_trans (ltn_ord i) t7.
  rewrite coef0 coef_poly i7 !ffunE /= inordK //.
  by rewrite (valK i : insub (nat_of_ord i) = Some i) => /eqP; rewrite subr_eq0 => /eqP.
move=> y; have [h _ hK] := injF_bij gi.
by exists (ext (h y)); apply: hK.
Qed.

(** ... and every prescription is met by equally many polynomials. *)
Lemma values_fibre : (t <= 7)%N -> forall y,
  #|[set u | values u == y]| = (#|F| ^ (7 - t))%N.
Proof.
move=> t7 y0.
have fib y : #|[set u | values u == y]| = #|[set u | values u == y0]|.
  have [u0 hu] := values_onto t7 (y - y0).
  rewrite -(card_imset [set u | values u == y0] (addrI u0)).
  apply: eq_card => u; rewrite inE; apply/eqP/imsetP => [e|[u' + ->]].
    exists (- u0 + u); last by rewrite addrA subrr add0r.
    by rewrite inE -[- u0]scaleN1r values_lin e hu scaleN1r opprB subrK.
  by rewrite inE -[u0]scale1r values_lin hu scale1r => /eqP ->; rewrite subrK.
have q0 : (0 < #|F|)%N by apply/card_gt0P; exists 0.
have tot : (#|F| ^ 7 = #|[set u | values u == y0]| * #|F| ^ t)%N.
  transitivity #|secrets|; first by rewrite card_ffun card_ord.
  rewrite -[LHS]sum1_card (partition_big values predT) //=.
  rewrite (eq_bigr (fun=> #|[set u | values u == y0]|)) => [|y _]; last first.
    by rewrite -(fib y) -sum1_card; apply: eq_bigl => u; rewrite !inE.
  by rewrite sum_nat_const card_ffun card_ord mulnC.
have qt : (0 < #|F| ^ t)%N by rewrite expn_gt0 q0.
by apply/eqP; rewrite -(eqn_pmul2r qt) -tot -expnD subnK.
Qed.

End Interpolation.

Section Pseudonyms.
Variables (F : finFieldType) (Gr : finLmodType F).
Hypothesis prime_order : #|Gr| = #|F|.
Local Notation secrets := {ffun 'I_7 -> F^o}.
Variables (U : 'I_7 -> Gr) (V : Gr).
Hypothesis nzV : V != 0.

(** ** Enrollment tells nothing about the pseudonyms *)

(** For every [u], [v |-> C_u] is a bijection. *)
Theorem enrollment_hides (u : secrets) : bijective (fun v : F => commitment U V u v).
Proof.
have [g gK Kg] := scale_bij prime_order nzV.
exists (fun C => g (C - U_sum U u)) => [v|C]; rewrite /commitment.
  by rewrite addrAC subrr add0r gK.
by rewrite Kg addrC subrK.
Qed.

Lemma enrollment_one (u : secrets) C :
  #|[set v : F | commitment U V u v == C]| = 1%N.
Proof.
have [g gK Kg] := enrollment_hides u; apply/eqP/cards1P; exists (g C).
by apply/setP=> v; rewrite !inE; apply/eqP/eqP => [<-|->]; rewrite ?gK ?Kg.
Qed.

(** For any function [obs] of [u] whatever -- such as all pseudonyms in any
    number of scopes -- and every [C]: each value [o] arises together with
    [C_u = C] from as many [(u, v)] as there are [u] that give [o].  So [C_u] is
    uniform and independent of [obs u]. *)
Theorem enrollment_independent (T : eqType) (obs : secrets -> T) C o :
  #|[set w : secrets * F | (commitment U V w.1 w.2 == C) && (obs w.1 == o)]|
  = #|[set u | obs u == o]|.
Proof.
pose g (w : secrets * F) := w.1.
have gi : {in [set w : secrets * F | (commitment U V w.1 w.2 == C)
                                     && (obs w.1 == o)] &, injective g}.
  move=> [u v] [u' v']; rewrite !inE /g /= => /andP [/eqP e _] /andP [/eqP e' _] eu.
  rewrite -{}eu in e' *.
  by congr (_, _); apply: (bij_inj (enrollment_hides u)); rewrite e e'.
rewrite -(card_in_imset gi); apply: eq_card => u; rewrite [RHS]inE.
apply/imsetP/eqP => [[[u' v]]|ou]; first by rewrite inE => /andP [_ /eqP <-] ->.
have [h hK Kh] := enrollment_hides u; exists (u, h C) => //.
by rewrite inE /= Kh ou !eqxx.
Qed.

(** ** Joint uniformity in up to 7 scopes *)
Variables (t : nat) (z : 'I_t -> F) (P : 'I_t -> Gr).
Hypothesis z_inj : injective z.
Hypothesis nzP : forall i, P i != 0.

Definition pseudonyms (u : secrets) : {ffun 'I_t -> Gr} :=
  [ffun i => f u (z i) *: P i].

Lemma pseudonyms_values (N : {ffun 'I_t -> Gr}) :
  exists y : {ffun 'I_t -> F^o},
    forall u, (pseudonyms u == N) = (values z u == y).
Proof.
have ex i : exists a : F, N i == a *: P i.
  by have [a /eqP h] := dlog_ex prime_order (N i) (nzP i); exists a.
exists [ffun i => xchoose (ex i)] => u.
apply/eqP/eqP => /ffunP e; apply/ffunP => i; have := e i; rewrite !ffunE.
  by rewrite {1}(eqP (xchooseP (ex i))) => /(scale_inj (nzP i)).
by move=> ->; rewrite -(eqP (xchooseP (ex i))).
Qed.

(** For [t <= 7] distinct scope points and non-identity bases the map
    [(u, v) |-> (C_u, N_1 .. N_t)] is onto, and every value has exactly
    [p ^ (7 - t)] preimages among the [p ^ 8]: [(C_u, N_1 .. N_t)] is jointly
    uniform.  (The protocol refuses the identity as [C_u] or [N_i]; what remains
    is uniform among the tuples without identity, as fibres have one size.) *)
Theorem pseudonyms_jointly_uniform C (N : {ffun 'I_t -> Gr}) :
  (t <= 7)%N ->
  #|[set w : secrets * F |
     (commitment U V w.1 w.2 == C) && (pseudonyms w.1 == N)]|
  = (#|F| ^ (7 - t))%N.
Proof.
move=> t7; rewrite enrollment_independent; have [y e] := pseudonyms_values N.
by rewrite -(values_fibre z_inj t7 y); apply: eq_card => u; rewrite !inE e.
Qed.

Corollary pseudonyms_onto C (N : {ffun 'I_t -> Gr}) :
  (t <= 7)%N ->
  exists w : secrets * F, commitment U V w.1 w.2 = C /\ pseudonyms w.1 = N.
Proof.
move=> t7; have := pseudonyms_jointly_uniform C N t7 => e.
have /card_gt0P [w] : (0 < #|[set w : secrets * F |
     (commitment U V w.1 w.2 == C) && (pseudonyms w.1 == N)]|)%N.
  by rewrite e expn_gt0; apply/orP; left; apply/card_gt0P; exists 0.
by rewrite inE => /andP [/eqP ? /eqP ?]; exists w.
Qed.

(** Beyond 7 scopes this ends: whatever [t] is, at most [p ^ 7] of the [p ^ t]
    tuples belong to one person.  (Who computes discrete logarithms can test it,
    and is wrong about unrelated pseudonyms with probability p ^ (7 - t).) *)
Theorem pseudonyms_beyond :
  (#|[set N : {ffun 'I_t -> Gr} | [exists u, pseudonyms u == N]]|
   <= #|F| ^ 7)%N /\ #|{ffun 'I_t -> Gr}| = (#|F| ^ t)%N.
Proof.
split; last by rewrite card_ffun card_ord prime_order.
apply: leq_trans (_ : (#|[set pseudonyms u | u in [set: secrets]]| <= _)%N).
  apply/subset_leq_card/subsetP => N; rewrite inE => /existsP [u /eqP <-].
  by apply: imset_f; rewrite inE.
by apply: leq_trans (leq_imset_card _ _) _; rewrite cardsT card_ffun card_ord.
Qed.

(** Two different [u] give the same pseudonym in at most 6 scopes with distinct
    points (colluding persons can reach 6, by [pseudonyms_onto]). *)
Theorem pseudonyms_coincide (u u' : secrets) :
  u != u' -> (#|[set i | pseudonyms u i == pseudonyms u' i]| <= 6)%N.
Proof.
move=> ne; pose p := \poly_(k < 7) (u - u') (inord k).
have nz : p != 0.
  apply: contraNneq ne => p0; rewrite -subr_eq0; apply/eqP.
  apply: f_eq_poly; rewrite -/p p0; apply/polyP => k; rewrite coef0 coef_poly.
  by case: ltnP => // _; rewrite ffunE.
pose r := [seq z i | i <- enum [set i | pseudonyms u i == pseudonyms u' i]].
have := @max_poly_roots _ p r nz; rewrite size_map -cardE => h.
rewrite -ltnS; apply: leq_trans (h _ _) (size_poly _ _).
  apply/allP => _ /mapP [i + ->]; rewrite mem_enum inE !ffunE => /eqP.
  move/(scale_inj (nzP i)) => e.
  by rewrite /root -f_horner addrC -scaleN1r f_lin mulN1r addrC e subrr.
by rewrite map_inj_uniq // enum_uniq.
Qed.

End Pseudonyms.
