(** * What an accepted presentation means, and what a credential can explain

    [X = x G] is the authority's key.  That (A-bar, B-bar) satisfies
    [B-bar = x A-bar] is what the evidence proves (Evidence.v); here it is a
    hypothesis, named where it is used. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
From Pairnym Require Import Model Lin Sigma Statements.

Section Presentation.
Variables (F : finFieldType) (Gr : lmodType F).
Local Notation secrets := {ffun 'I_7 -> F^o}.
Variables (U : 'I_7 -> Gr) (V : Gr).
Variables (n : nat) (H : 'I_n -> Gr) (D : {set 'I_n}).
Local Notation hidden := {i : 'I_n | i \notin D}.
Local Notation hidden_attrs := {ffun hidden -> F^o}.
Local Notation presw := (F^o * F^o * secrets * F^o * hidden_attrs)%type.
Variables (Bt : Gr) (x : F).

(** ** Messages and their MACs *)

(** [M = B_t + sum_k u_k U_k + v V + sum over all attributes of m_i H_i] *)
Definition message (u : secrets) (v : F) (m : 'I_n -> F) : Gr :=
  Bt + commitment U V u v + \sum_(i < n) m i *: H i.

(** [(A, e)] is a MAC on it: [(x + e) A = M].  (So [A = (x + e)^-1 M] whenever
    [M] is not the identity: [mac_inverse].) *)
Definition valid_mac (A : Gr) (e : F) u v m : Prop := (x + e) *: A = message u v m.

(** All attributes: the disclosed from [md], the others from [mh]. *)
Definition attributes (md : 'I_n -> F) (mh : hidden_attrs) (i : 'I_n) : F :=
  if insub i is Some j then mh j else md i.

Lemma attributes_disclosed md mh i : i \in D -> attributes md mh i = md i.
Proof. by move=> iD; rewrite /attributes insubF // iD. Qed.

Lemma attributes_hidden md mh (j : hidden) : attributes md mh (val j) = mh j.
Proof. by rewrite /attributes valK. Qed.

Lemma attributes_sum md mh :
  \sum_(i < n) attributes md mh i *: H i =
  disclosed_sum H D md + hidden_sum H mh.
Proof.
rewrite (bigID (mem D)) /=; congr (_ + _).
  by apply: eq_bigr => i iD; rewrite attributes_disclosed.
transitivity (\sum_(i in [set i | i \notin D]) attributes md mh i *: H i).
  by apply: eq_bigl => i; rewrite inE.
have -> : [set i | i \notin D] = [set val j | j : hidden].
  apply/setP=> i; rewrite inE; apply/idP/imsetP => [iD|[j _ ->]].
    by exists (Sub i iD); rewrite ?SubK.
  exact: (valP j).
rewrite big_imset /=; last by move=> j j' _ _ /val_inj.
by apply: eq_big => [j|j _]; rewrite ?inE // attributes_hidden.
Qed.

Lemma mac_inverse A e u v m :
  valid_mac A e u v m -> message u v m != 0 ->
  x + e != 0 /\ A = (x + e)^-1 *: message u v m.
Proof.
move=> <- nz; have xe : x + e != 0.
  by apply: contraNneq nz => ->; rewrite scale0r.
by split=> //; rewrite scalerA mulVf // scale1r.
Qed.

Section OnePresentation.
Variables (Ab Bb P N : Gr) (z : F) (md : 'I_n -> F).
Local Notation phi := (phi_pres U V H Ab Bb z P).
Local Notation public := (pres_public H D Bt md N).

(** Equations (1) and (2), written out. *)
Lemma phi_presE rho eps u v mh :
  phi (rho, eps, u, v, mh) = public <->
  rho *: Bb + eps *: Ab = message u v (attributes md mh) /\ f u z *: P = N.
Proof.
rewrite /phi_pres /pres_public /message /commitment attributes_sum.
split=> [[e1 ->]|[e1 ->]].
  by split=> //; apply: (lin_mod e1); lin F Gr.
by congr (_, _); apply: (lin_mod e1); lin F Gr.
Qed.

(** ** Extraction *)

(** From a witness of (1), (2) with [rho <> 0], for a pair with
    [B-bar = x A-bar]: [A = rho A-bar] and [e = eps / rho] are a MAC on the
    extracted secrets with the disclosed and the hidden attributes, and the
    pseudonym is the one of the extracted secrets, [N = f(z) P].  [A] is not the
    identity if A-bar is not. *)
Theorem presentation_extract_mac rho eps u v mh :
  Bb = x *: Ab -> phi (rho, eps, u, v, mh) = public -> rho != 0 ->
  [/\ valid_mac (rho *: Ab) (eps / rho) u v (attributes md mh),
      N = f u z *: P & Ab != 0 -> rho *: Ab != 0].
Proof.
move=> Bx /phi_presE [e1 e2] nz; split=> // [|nzA].
  by rewrite /valid_mac -e1 Bx; lin F Gr.
by rewrite scaler_eq0 negb_or nz.
Qed.

(** The case [rho = 0]: equation (1) then says that [M = eps A-bar], and
    [eps B-bar = x M]: whoever presents so knows [x M] for a message [M] that
    the presentation itself names.  If [M] is not the identity, then [eps <> 0],
    and the pair is [(M, x M)] up to the factor [1/eps]. *)
Theorem presentation_rho0 eps u v mh :
  Bb = x *: Ab -> phi (0 : F, eps, u, v, mh) = public ->
  let M := message u v (attributes md mh) in
  [/\ eps *: Ab = M, eps *: Bb = x *: M, N = f u z *: P &
      M != 0 -> [/\ eps != 0, Ab = eps^-1 *: M & Bb = eps^-1 *: (x *: M)]].
Proof.
move=> Bx /phi_presE []; rewrite scale0r add0r => e1 e2 M.
have e3 : eps *: Bb = x *: M by rewrite /M -e1 Bx; lin F Gr.
split=> // nzM; have nz : eps != 0.
  by apply: contraNneq nzM => e0; rewrite /M -e1 e0 scale0r.
by rewrite -e3 /M -e1 !scalerA mulVf // !scale1r.
Qed.

(** Both cases together. *)
Lemma witness_cases rho eps u v mh :
  Bb = x *: Ab -> Ab != 0 -> phi (rho, eps, u, v, mh) = public ->
  let M := message u v (attributes md mh) in
  N = f u z *: P /\
  ([/\ rho != 0, rho *: Ab != 0 &
       valid_mac (rho *: Ab) (eps / rho) u v (attributes md mh)]
   \/ (rho = 0 /\ eps *: Bb = x *: M)).
Proof.
move=> Bx nzA w; have [r0|nz] := eqVneq rho 0.
  by rewrite r0 in w *; have [_ h2 h3 _] := presentation_rho0 Bx w; split; auto.
have [h1 h2 h3] := presentation_extract_mac Bx w nz; split=> //.
by left; split=> //; apply: h3.
Qed.

(** From two accepted transcripts with one commitment: the
    extractor yields [(rho, eps, u, v, m)] with the correct pseudonym, and either
    the MAC [(rho A-bar, eps / rho)], or [rho = 0] and [eps B-bar = x M]. *)
Theorem presentation_extract T c c' (s s' : presw) :
  Bb = x *: Ab -> Ab != 0 -> c != c' ->
  verify phi public (T, c, s) -> verify phi public (T, c', s') ->
  let: (rho, eps, u, v, mh) := extract c c' s s' in
  let M := message u v (attributes md mh) in
  N = f u z *: P /\
  ([/\ rho != 0, rho *: Ab != 0 &
       valid_mac (rho *: Ab) (eps / rho) u v (attributes md mh)]
   \/ (rho = 0 /\ eps *: Bb = x *: M)).
Proof.
move=> Bx nzA cc v1 v2.
have := sigma_special_sound (phi_pres_linear U V H Ab Bb z P) cc v1 v2.
by case: (extract c c' s s') => [[[[rho eps] u] v] mh] /(witness_cases Bx nzA).
Qed.

(** Whoever is accepted under [N] knows [a] with [N = a P]: the extractor needs
    neither the evidence nor the MAC, hence it holds against an adversary who
    knows [x]. *)
Theorem presentation_extract_dlog T c c' (s s' : presw) :
  c != c' -> verify phi public (T, c, s) -> verify phi public (T, c', s') ->
  N = f (extract c c' s s').1.1.2 z *: P.
Proof.
move=> cc v1 v2.
have := sigma_special_sound (phi_pres_linear U V H Ab Bb z P) cc v1 v2.
by case: (extract c c' s s') => [[[[rho eps] u] v] mh] /phi_presE [].
Qed.

End OnePresentation.

(** [rho = 0] is no more than that: given [x M], (A-bar, B-bar) = (M, x M) is a
    pair for which (1) and (2) hold with [rho = 0], [eps = 1]. *)
Theorem presentation_rho0_converse P z md u v mh :
  let M := message u v (attributes md mh) in
  phi_pres U V H M (x *: M) z P (0 : F, 1 : F, u, v, mh) =
  pres_public H D Bt md (f u z *: P).
Proof. by apply/phi_presE; split=> //; rewrite scale0r add0r scale1r. Qed.

(** ** Completeness

    A credential [(A, e)] randomised by [r <> 0] gives (A-bar, B-bar) =
    (r A, r W) with [W = M - e A], and the witness [(1/r, e/r, u, v, m)]. *)
Definition witness (e : F) u v mh (r : F) : presw := (r^-1, e / r, u, v, mh).

Theorem presentation_complete A e u v md mh r P z :
  valid_mac A e u v (attributes md mh) -> r != 0 ->
  let W := message u v (attributes md mh) - e *: A in
  r *: W = x *: (r *: A) /\
  phi_pres U V H (r *: A) (r *: W) z P (witness e u v mh r) =
  pres_public H D Bt md (f u z *: P).
Proof.
move=> mac nz W; have WE : W = x *: A by rewrite /W -mac; lin F Gr.
split; first by rewrite WE; lin F Gr.
by apply/phi_presE; split=> //; rewrite WE -mac; lin F Gr.
Qed.

(** ** Presentations of false statements

    The device has a pair (A-bar, B-bar), the [rho] and [e] that belong to it or
    do not, secrets [u], [v] and hidden attributes [mh].  It computes
    [eps = e rho]; its pseudonym is [N = f(z) P]. *)
Section FalseStatement.
Variables (P : Gr) (z : F) (md : 'I_n -> F).

Definition device (rho e : F) u v mh : presw := (rho, e * rho, u, v, mh).

(** The check before anything is used up, [rho B-bar + e rho A-bar = M], holds if
    and only if the statement is true of the device's witness. *)
Theorem presentation_precheck Ab Bb rho e u v mh :
  (phi_pres U V H Ab Bb z P (device rho e u v mh) ==
   pres_public H D Bt md (f u z *: P)) =
  (rho *: Bb + (e * rho) *: Ab == message u v (attributes md mh)).
Proof.
apply/eqP/eqP => [/phi_presE [] //|h]; apply/phi_presE; split=> //.
Qed.

(** What everybody computes, from the first commitment and the responses of a
    presentation with a challenge other than 0, whether it is accepted or not. *)
Definition leak Ab Bb (T1 : Gr) (c : F) (s : presw) : Gr :=
  c^-1 *: ((phi_pres U V H Ab Bb z P s).1 - T1) - (Bt + disclosed_sum H D md).

(** It is the error of the device's statement. *)
Theorem presentation_false_extraction Ab Bb rho e u v mh c (r : presw) :
  c != 0 ->
  let phi := phi_pres U V H Ab Bb z P in
  leak Ab Bb (phi r).1 c (respond (device rho e u v mh) c r) =
  rho *: Bb + (e * rho) *: Ab - message u v (attributes md mh).
Proof.
move=> nzc phi; rewrite /leak.
have := sigma_false_extraction (phi_pres_linear U V H Ab Bb z P)
  (pres_public H D Bt md 0) (device rho e u v mh) r nzc.
move=> /(congr1 fst) /= ->.
by rewrite /message /commitment attributes_sum; lin F Gr.
Qed.

(** A valid credential, and a pair made of it with [r <> 0]. *)
Variables (A : Gr) (e : F) (u : secrets) (v : F) (mh : hidden_attrs) (r : F).
Hypothesis mac : valid_mac A e u v (attributes md mh).
Hypothesis nzr : r != 0.
Local Notation Ab := (r *: A).
Local Notation Bb := (r *: (x *: A)).

Lemma pair_message rho :
  rho *: Bb + (e * rho) *: Ab = (rho * r) *: message u v (attributes md mh).
Proof. by rewrite -mac; lin F Gr. Qed.

Variables (c : F) (nonce : presw).
Hypothesis nzc : c != 0.
Local Notation leaked w :=
  (leak Ab Bb (phi_pres U V H Ab Bb z P nonce).1 c (respond w c nonce)).

(** Another person's credential and evidence, with secrets [u'], [v'] of the
    device's own: the difference of the two commitments. *)
Theorem presentation_foreign_credential u' v' :
  leaked (device r^-1 e u' v' mh) = commitment U V u v - commitment U V u' v'.
Proof.
rewrite presentation_false_extraction // pair_message mulVf // scale1r.
by rewrite /message; lin F Gr.
Qed.

(** A wrong [e]: a known multiple of [A]. *)
Theorem presentation_faulted_e d :
  leaked (device r^-1 (e + d) u v mh) = d *: A.
Proof.
rewrite presentation_false_extraction //.
have -> : r^-1 *: Bb + ((e + d) * r^-1) *: Ab =
          r^-1 *: Bb + (e * r^-1) *: Ab + d *: A by lin F Gr.
by rewrite pair_message mulVf // scale1r addrAC subrr add0r.
Qed.

(** A wrong [rho]: a value that everybody who knows [e] recognises. *)
Theorem presentation_faulted_rho d :
  leaked (device (r^-1 + d) e u v mh) = d *: (Bb + e *: Ab).
Proof.
rewrite presentation_false_extraction // pair_message -mac.
by lin F Gr.
Qed.

(** Wrong hidden attributes: the difference to the right ones, on their
    generators. *)
Theorem presentation_faulted_hidden mh' :
  leaked (device r^-1 e u v mh') = hidden_sum H mh - hidden_sum H mh'.
Proof.
rewrite presentation_false_extraction // pair_message mulVf // scale1r.
by rewrite /message !attributes_sum; lin F Gr.
Qed.

End FalseStatement.

(** ** Why not the r-scaled relation

    In the usual form the prover shows [B-bar = r M - e A-bar] with [r u_k],
    [r v], [r m_i] as the unknowns, and [r N = (sum_k (r u_k) z^k) P].  The
    unknowns of this linear relation are [(r, e, u', v', m')]. *)
Section RScaled.
Variables (Ab Bb P N : Gr) (z : F) (md : 'I_n -> F).

Definition rscaled (w : presw) : Prop :=
  let: (r, e, u, v, m) := w in
  r *: (Bt + disclosed_sum H D md) + commitment U V u v + hidden_sum H m
    - e *: Ab = Bb
  /\ f u z *: P - r *: N = 0.

(** Whoever knows [x] satisfies it for every pseudonym [N], every pair
    (A-bar, x A-bar) and all disclosed values, with [r = 0], [e = -x] and zeros. *)
Theorem rscaled_forgery :
  Bb = x *: Ab -> rscaled (0 : F, - x : F, 0, 0 : F, 0).
Proof.
move=> Bx; rewrite /rscaled /commitment /U_sum /hidden_sum /f Bx !big1.
- by split; rewrite ?scale0r ?subrr //; lin F Gr.
- by move=> i _; rewrite ffunE mul0r.
- by move=> i _; rewrite ffunE scale0r.
by move=> i _; rewrite ffunE scale0r.
Qed.

(** With [r <> 0] it would say the right thing about [N]. *)
Theorem rscaled_nonzero r e u v m :
  r != 0 -> rscaled (r, e, u, v, m) -> N = (f u z / r) *: P.
Proof.
move=> nz [_ /eqP]; rewrite subr_eq0 => /eqP h.
have -> : N = r^-1 *: (r *: N) by lin F Gr.
by rewrite -h; lin F Gr.
Qed.

End RScaled.

End Presentation.
