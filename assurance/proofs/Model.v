(** * The model, and counting lemmas that every other file uses.

    Scalars are the elements of a finite field [F], the group is a finite
    [F]-module [Gr]: [a *: P] is the scalar multiple, [P + Q] the group
    operation, [0] the identity.  Everything that holds for any such module is
    proven for any; where the group must have prime order, the hypothesis is
    [prime_order : #|Gr| = #|F|] (there are as many group elements as scalars).
    A group of prime order p, such as ristretto255, with F = Z/p is a case. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** ** Linear maps, as a plain predicate *)
Definition is_linear (F : fieldType) (W Y : lmodType F) (phi : W -> Y) : Prop :=
  forall (a : F) (w w' : W), phi (a *: w + w') = a *: phi w + phi w'.

Section LinearMaps.
Variables (F : fieldType) (W Y : lmodType F) (phi : W -> Y).
Hypothesis phiL : is_linear phi.

Lemma lin0 : phi 0 = 0.
Proof.
have h := phiL (-1) 0 0; rewrite scaler0 addr0 in h.
by rewrite {1}h scaleN1r addNr.
Qed.

Lemma linD w w' : phi (w + w') = phi w + phi w'.
Proof. by have := phiL 1 w w'; rewrite !scale1r. Qed.

Lemma linZ a w : phi (a *: w) = a *: phi w.
Proof. by have := phiL a w 0; rewrite lin0 !addr0. Qed.

Lemma linB w w' : phi (w - w') = phi w - phi w'.
Proof. by rewrite -[- w']scaleN1r linD linZ scaleN1r. Qed.

End LinearMaps.

(** Scaling in the field as a module over itself is multiplication. *)
Lemma regularZ (F : fieldType) (a : F) (b : F^o) : a *: b = a * b.
Proof. by []. Qed.

(** ** Counting *)
Section Counting.
Variables (C : finType) (D : eqType).

(** A bijection of the coins that carries [f] to [g] makes both distributions
    equal: every value has as many coins under [f] as under [g]. *)
Lemma count_bijection (f g : C -> D) (h : C -> C) :
  bijective h -> (forall r, f r = g (h r)) ->
  forall d, #|[set r | f r == d]| = #|[set s | g s == d]|.
Proof.
move=> hB fg d; rewrite -(card_imset _ (bij_inj hB)).
apply: eq_card => s; rewrite [in RHS]inE.
apply/imsetP/idP => [[r + ->]|gs]; first by rewrite inE fg.
by have [k hk kh] := hB; exists (k s); rewrite ?kh // inE fg kh.
Qed.

Lemma bij_id (T : Type) : bijective (@id T).
Proof. by exists id. Qed.

(** "Exactly one" in the form of a cardinality. *)
Lemma count_unique (P : pred C) :
  (exists! r, P r) -> #|[set r | P r]| = 1%N.
Proof.
case=> r [Pr u]; apply/eqP/cards1P; exists r.
apply/setP=> t; rewrite !inE; apply/idP/eqP => [/u //|->//].
Qed.

End Counting.

(** ** Groups of prime order *)
Lemma scale_inj (F : fieldType) (Gr : lmodType F) (P : Gr) :
  P != 0 -> injective (fun a : F => a *: P).
Proof.
move=> nzP a b /eqP; rewrite -subr_eq0 -scalerBl scaler_eq0 (negPf nzP) orbF.
by rewrite subr_eq0 => /eqP.
Qed.

Section PrimeOrder.
Variables (F : finFieldType) (Gr : finLmodType F).
(** The hypothesis can be met: row vectors of length 1, over any finite field. *)
Example prime_order_satisfiable : #|[set: 'rV[F]_1]| = #|F|.
Proof. by rewrite cardsT card_mx. Qed.

Hypothesis prime_order : #|Gr| = #|F|.

(** Every non-identity element generates: [a |-> a *: P] is a bijection. *)
Lemma scale_bij (P : Gr) : P != 0 -> bijective (fun a : F => a *: P).
Proof. by move=> /scale_inj i; apply: inj_card_bij => //; rewrite prime_order. Qed.

Lemma dlog_ex (P Q : Gr) : P != 0 -> exists a : F, Q = a *: P.
Proof. by move=> /scale_bij [g _ h]; exists (g Q); rewrite h. Qed.

(** The scalar that leads from one non-identity element to another is not 0
    and is unique. *)
Lemma dlog_unique (P Q : Gr) : P != 0 -> Q != 0 ->
  exists a : F, [/\ a != 0, Q = a *: P & forall b, Q = b *: P -> b = a].
Proof.
move=> nzP nzQ; have [a Qa] := dlog_ex Q nzP; exists a; split=> //.
  by apply: contraNneq nzQ => a0; rewrite Qa a0 scale0r.
by move=> b; rewrite Qa => /(scale_inj nzP).
Qed.

End PrimeOrder.
