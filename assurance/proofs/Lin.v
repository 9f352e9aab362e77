(** * A decision procedure for equations in a module

    [lin F M] proves an equation between linear combinations in the [F]-module
    [M] by comparing the coefficient of every atom with [field]; denominators
    must be non-zero by hypothesis.  [apply: (lin_mod h); lin F M] does so up to
    the equation [h].  Only a convenience of the proofs: no statement needs it. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Reflection.
Variables (F : fieldType) (M : lmodType F).

Inductive lexp :=
  LVar of nat | LZero | LAdd of lexp & lexp | LOpp of lexp | LScale of F & lexp.

Fixpoint leval (env : seq M) (e : lexp) : M :=
  match e with
  | LVar i => nth 0 env i
  | LZero => 0
  | LAdd a b => leval env a + leval env b
  | LOpp a => - leval env a
  | LScale k a => k *: leval env a
  end.

Fixpoint lsame (i j : nat) : bool :=
  match i, j with
  | 0%N, 0%N => true | i'.+1, j'.+1 => lsame i' j' | _, _ => false
  end.

Lemma lsameE i j : lsame i j = (i == j).
Proof. by elim: i j => [|i IH] [|j] //=; rewrite IH. Qed.

Fixpoint lcoef (e : lexp) (i : nat) : F :=
  match e with
  | LVar j => if lsame j i then 1 else 0
  | LZero => 0
  | LAdd a b => lcoef a i + lcoef b i
  | LOpp a => - lcoef a i
  | LScale k a => k * lcoef a i
  end.

Fixpoint lagree (e f : lexp) (n : nat) : Prop :=
  match n with
  | 0%N => True | m.+1 => lcoef e m = lcoef f m /\ lagree e f m
  end.

Lemma leval_coef env e :
  leval env e = \sum_(i < size env) lcoef e i *: nth 0 env i.
Proof.
elim: e => [j||a IHa b IHb|a IHa|k a IHa] /=.
- have [lt|ge] := ltnP j (size env); last first.
    rewrite nth_default // big1 // => i _; rewrite lsameE.
    have -> : (j == i) = false; last by rewrite scale0r.
    by apply: contraTF ge => /eqP ->; rewrite -ltnNge.
  rewrite (bigD1 (Ordinal lt)) //= lsameE eqxx scale1r big1 ?addr0 // => i ni.
  rewrite lsameE; have -> : (j == i) = false; last by rewrite scale0r.
  by apply/negbTE; apply: contra ni => /eqP ji; apply/eqP/val_inj.
- by rewrite big1 // => i _; rewrite scale0r.
- by rewrite IHa IHb -big_split; apply: eq_bigr => i _; rewrite scalerDl.
- by rewrite IHa -sumrN; apply: eq_bigr => i _; rewrite scaleNr.
- by rewrite IHa scaler_sumr; apply: eq_bigr => i _; rewrite scalerA.
Qed.

Lemma lin_sound env e f : lagree e f (size env) -> leval env e = leval env f.
Proof.
move=> h; rewrite !leval_coef; apply: eq_bigr => -[i lt] _ /=; congr (_ *: _).
elim: (size env) lt h => [|n IH] //; rewrite ltnS leq_eqVlt.
by case/predU1P=> [-> []|lt [_ /(IH lt)]].
Qed.

Lemma lin_mod (a b c d : M) : a = b -> c - d = a - b -> c = d.
Proof. by move=> ->; rewrite subrr => /eqP; rewrite subr_eq0 => /eqP. Qed.

End Reflection.

Ltac lin_mem x l :=
  match l with
  | cons x _ => constr:(true)
  | cons _ ?t => lin_mem x t
  | _ => constr:(false)
  end.
Ltac lin_atoms e l :=
  match e with
  | @GRing.add _ ?a ?b => let l1 := lin_atoms a l in lin_atoms b l1
  | @GRing.opp _ ?a => lin_atoms a l
  | @GRing.scale _ _ _ ?a => lin_atoms a l
  | @GRing.zero _ => constr:(l)
  | _ => match lin_mem e l with true => constr:(l) | false => constr:(cons e l) end
  end.
Ltac lin_index x l :=
  match l with
  | cons x _ => constr:(0%N)
  | cons _ ?t => let i := lin_index x t in constr:(S i)
  end.
Ltac lin_quote F e l :=
  match e with
  | @GRing.add _ ?a ?b =>
      let a1 := lin_quote F a l in let b1 := lin_quote F b l in
      constr:(@LAdd F a1 b1)
  | @GRing.opp _ ?a => let a1 := lin_quote F a l in constr:(@LOpp F a1)
  | @GRing.scale _ _ ?k ?a =>
      let a1 := lin_quote F a l in constr:(@LScale F k a1)
  | @GRing.zero _ => constr:(@LZero F)
  | _ => let i := lin_index e l in constr:(@LVar F i)
  end.
Ltac lin_split tac := lazymatch goal with
  | |- True => exact I
  | |- _ /\ _ => split; [tac | lin_split tac]
  end.
Ltac lin F M :=
  lazymatch goal with
  | |- ?a = ?b =>
      let l0 := constr:(@nil (GRing.Lmodule.sort M)) in
      let l1 := lin_atoms a l0 in
      let l := lin_atoms b l1 in
      let ea := lin_quote F a l in
      let eb := lin_quote F b l in
      apply: (@lin_sound F M l ea eb);
      cbv [lagree lcoef lsame size]; lin_split ltac:(field; first [exact isT | assumption])
  end.
