(** * Shared holders: two devices that act as one

    The lead has [u], [v] and everything else of a holder but one scalar [d],
    which the second has; the person's [u_0] is the sum.  With [D = d U_0] and
    [N2 = d P], commitment and pseudonym are [C_1 + D] and [N_1 + N2].  In an act
    each proves its half of the ordinary relation (Halves.v). *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
From Pairnym Require Import Model Lin Sigma Statements Presentation Pseudonym.
From Pairnym Require Import Halves.

(** ** The protocol's relations

    [D] is the second's point here, and [S] the set of disclosed attributes. *)
Section Acts.
Variables (F : finFieldType) (Gr : lmodType F).
Local Notation secrets := {ffun 'I_7 -> F^o}.
Local Notation opening := (secrets * F^o)%type.
Variables (U : 'I_7 -> Gr) (V : Gr).
Local Notation U0 := (U ord0).

(** A scalar in the place of [u_0]. *)
Definition at_u0 (d : F^o) : secrets := [ffun k => if k == ord0 then d else 0].

Lemma f_at_u0 d z : f (at_u0 d) z = d.
Proof.
rewrite /f (bigD1 ord0) //= ffunE eqxx expr0 mulr1 big1 ?addr0 // => k nk.
by rewrite ffunE (negPf nk) mul0r.
Qed.

Lemma U_sum_at_u0 d : U_sum U (at_u0 d) = d *: U0.
Proof.
rewrite /U_sum (bigD1 ord0) //= ffunE eqxx big1 ?addr0 // => k nk.
by rewrite ffunE (negPf nk) scale0r.
Qed.

Lemma f_shared u d z : f (u + at_u0 d) z = f u z + d.
Proof. by rewrite -{1}[u]scale1r f_lin mul1r f_at_u0. Qed.

(** Commitment and pseudonym of the person are the sums of the halves. *)
Theorem shared_sums u v d z (P : Gr) :
  commitment U V (u + at_u0 d) v = commitment U V u v + d *: U0 /\
  f (u + at_u0 d) z *: P = f u z *: P + d *: P.
Proof.
split; last by rewrite f_shared scalerDl.
by rewrite /commitment -{1}[u]scale1r U_sum_lin scale1r U_sum_at_u0 addrAC.
Qed.

(** *** Enrollment and issuance: [T = TW + TG1] *)
Definition open_place (d : F^o) : opening := (at_u0 d, 0).
Definition open_carry (y : Gr) : Gr := y.

Lemma open_carry_linear : is_linear open_carry.
Proof. by []. Qed.

Lemma open_fits d : open_carry (phi_login U0 d) = phi_open U V (open_place d).
Proof. by rewrite /phi_open /commitment U_sum_at_u0 scale0r addr0. Qed.

Theorem opening_shared :
  halves_protocol (phi_open U V) (phi_login U0) open_place open_carry.
Proof. exact: halves_linear (phi_open_linear U V) (phi_login_linear U0)
                 open_carry_linear open_fits. Qed.

Theorem opening_releases : releases_ordinary
  (phi_open U V) (phi_login U0) open_place open_carry (@id opening).
Proof. exact: halves_release (phi_open_linear U V) (phi_login_linear U0)
                 open_carry_linear open_fits (bij_id _). Qed.

(** *** Login: [T = TW + TG2]

    The pair (D, N2) and its proof are those of [phi_dleq U0 P]. *)
Variable P : Gr.
Definition login_place (d : F^o) : F^o := d.
Definition login_carry (y : Gr * Gr) : Gr := y.2.

Lemma login_carry_linear : is_linear login_carry.
Proof. by []. Qed.

Lemma login_fits d : login_carry (phi_dleq U0 P d) = phi_login P (login_place d).
Proof. by []. Qed.

Theorem login_shared :
  halves_protocol (phi_login P) (phi_dleq U0 P) login_place login_carry.
Proof. exact: halves_linear (phi_login_linear P) (phi_dleq_linear U0 P)
                 login_carry_linear login_fits. Qed.

Theorem login_releases : releases_ordinary
  (phi_login P) (phi_dleq U0 P) login_place login_carry (@id F^o).
Proof. exact: halves_release (phi_login_linear P) (phi_dleq_linear U0 P)
                 login_carry_linear login_fits (bij_id _). Qed.

(** *** Presentation: [T1 = TW1 - TG1], [T2 = TW2 + TG2]

    The first sign is a minus since [u] stands in equation (1) with a minus. *)
Variables (n : nat) (H : 'I_n -> Gr) (S : {set 'I_n}).
Local Notation hidden := {i : 'I_n | i \notin S}.
Local Notation hidden_attrs := {ffun hidden -> F^o}.
Local Notation presw := (F^o * F^o * secrets * F^o * hidden_attrs)%type.
Variables (Ab Bb : Gr) (z : F).
Local Notation phi := (phi_pres U V H Ab Bb z P).

Definition pres_place (d : F^o) : presw := (0, 0, at_u0 d, 0, 0).
Definition pres_carry (y : Gr * Gr) : Gr * Gr := (- y.1, y.2).

Lemma pres_carry_linear : is_linear pres_carry.
Proof. by move=> a y y'; rewrite /pres_carry /= opprD -scalerN. Qed.

Lemma pres_fits d : pres_carry (phi_dleq U0 P d) = phi (pres_place d).
Proof.
rewrite /pres_carry /phi_pres /= U_sum_at_u0 f_at_u0 !scale0r !add0r subr0.
congr (_, _); rewrite /hidden_sum big1 ?subr0 // => i _.
by rewrite ffunE scale0r.
Qed.

Theorem presentation_shared :
  halves_protocol phi (phi_dleq U0 P) pres_place pres_carry.
Proof. exact: halves_linear (phi_pres_linear U V H Ab Bb z P)
                 (phi_dleq_linear U0 P) pres_carry_linear pres_fits. Qed.

Theorem presentation_releases : releases_ordinary
  phi (phi_dleq U0 P) pres_place pres_carry (@id presw).
Proof. exact: halves_release (phi_pres_linear U V H Ab Bb z P)
                 (phi_dleq_linear U0 P) pres_carry_linear pres_fits (bij_id _). Qed.

(** ** Completeness, written out *)

(** The opening of [C_1 + D]: [z] is added to the response of [u_0]. *)
Theorem shared_opening_complete u v d (ru : secrets) (rv k : F^o) c :
  verify (phi_open U V) (commitment U V u v + d *: U0)
    (commitment U V ru rv + k *: U0, c,
     (ru + c *: u + at_u0 (k + c * d), rv + c * v)).
Proof.
rewrite -[rv + _]addr0.
exact: (halves_complete (phi_open_linear U V) (phi_login_linear U0)
          open_carry_linear open_fits (u, v) d c (ru, rv) k).
Qed.

Theorem shared_login_complete (a d r k : F^o) c :
  verify (phi_login P) (a *: P + d *: P)
    (r *: P + k *: P, c, (r + c * a) + (k + c * d)).
Proof.
exact: (halves_complete (phi_login_linear P) (phi_dleq_linear U0 P)
          login_carry_linear login_fits a d c r k).
Qed.

Variables (Bt : Gr) (md : 'I_n -> F).
Local Notation public := (pres_public H S Bt md).

(** The reduced statement is the ordinary one with [B_t + D] and [N - N2] in the
    places of [B_t] and [N]. *)
Lemma reduced_public D N N2 :
  public N - pres_carry (D, N2) = pres_public H S (Bt + D) md (N - N2).
Proof.
rewrite /pres_public /pres_carry; congr (_, _) => /=.
by rewrite opprK addrAC.
Qed.

(** The lead's check before anything is used up, with [C_u = C_1 + D], holds if and
    only if the reduced statement is true of the lead's secrets -- whatever points
    the second sent. *)
Theorem shared_precheck D N2 rho eps u v (mh : hidden_attrs) :
  (phi (rho, eps, u, v, mh) == public (f u z *: P + N2) - pres_carry (D, N2)) =
  (rho *: Bb + eps *: Ab ==
   Bt + (commitment U V u v + D) + \sum_(i < n) attributes md mh i *: H i).
Proof.
have -> : Bt + (commitment U V u v + D) + \sum_(i < n) attributes md mh i *: H i =
          message U V H (Bt + D) u v (attributes md mh).
  by rewrite /message (addrC _ D) addrA.
rewrite reduced_public addrK.
by apply/eqP/eqP => [/phi_presE [] //|h]; apply/phi_presE.
Qed.

(** A presentation, written out.  [precheck] is that check; [r], [k] are the nonces
    of lead and second. *)
Section Written.
Variables (rho eps : F^o) (u : secrets) (v : F^o) (mh : hidden_attrs) (d : F^o).
Hypothesis precheck : rho *: Bb + eps *: Ab =
  Bt + (commitment U V u v + d *: U0) + \sum_(i < n) attributes md mh i *: H i.
Variables (r : presw) (k : F^o) (c : F).
Local Notation TW := (phi r).
Local Notation response :=
  (respond (rho, eps, u, v, mh) c r + pres_place (k + c * d)).

Theorem shared_presentation_complete :
  verify phi (public (f u z *: P + d *: P))
    (TW.1 - k *: U0, TW.2 + k *: P, c, response).
Proof.
move/eqP: precheck; rewrite -(shared_precheck _ (d *: P)) => /eqP e.
have := halves_complete (phi_pres_linear U V H Ab Bb z P) (phi_dleq_linear U0 P)
  pres_carry_linear pres_fits (rho, eps, u, v, mh) d c r k.
by rewrite e subrK.
Qed.

(** With the other sign it is not accepted, unless [2 k = 0]. *)
Theorem shared_presentation_sign : U0 != 0 ->
  verify phi (public (f u z *: P + d *: P))
    (TW.1 + k *: U0, TW.2 + k *: P, c, response) = (k + k == 0).
Proof.
move=> nz; have := shared_presentation_complete; rewrite /verify => /eqP ->.
rewrite [LHS]xpair_eqE /= eqxx andbT (inj_eq (addIr _)) (inj_eq (addrI _)).
by rewrite eq_sym -subr_eq0 opprK -scalerDl scaler_eq0 (negPf nz) orbF.
Qed.

End Written.

(** ** What two answered presentations give *)

(** Two presentations with one [TW] of the lead and one pair B-bar = x A-bar, other
    than the identity: the lead's secrets, with [N - N2] their pseudonym, and a MAC
    on their message plus [D] (or the case [rho = 0]: [x] times that). *)
Theorem shared_presentation_extract x D N N2 TW TG TG' c c' (s s' : presw) a a' :
  Bb = x *: Ab -> Ab != 0 -> c != c' ->
  verify (phi_dleq U0 P) (D, N2) (TG, c, a) ->
  verify (phi_dleq U0 P) (D, N2) (TG', c', a') ->
  verify phi (public N) (TW + pres_carry TG, c, s) ->
  verify phi (public N) (TW + pres_carry TG', c', s') ->
  let: (rho, eps, u, v, mh) :=
    extract c c' (s - pres_place a) (s' - pres_place a') in
  let M := message U V H Bt u v (attributes md mh) + D in
  N - N2 = f u z *: P /\
  ([/\ rho != 0, rho *: Ab != 0 & (x + eps / rho) *: (rho *: Ab) = M]
   \/ (rho = 0 /\ eps *: Bb = x *: M)).
Proof.
move=> Bx nz cc g g' v1 v2.
have := halves_special_sound (phi_pres_linear U V H Ab Bb z P)
  pres_carry_linear pres_fits cc g g' v1 v2.
case: (extract _ _ _ _) => [[[[rho eps] u] v] mh].
rewrite reduced_public => /(witness_cases Bx nz); rewrite /valid_mac.
have -> : message U V H (Bt + D) u v (attributes md mh) =
          message U V H Bt u v (attributes md mh) + D.
  by rewrite /message; lin F Gr.
by [].
Qed.

(** A presentation whose reduced statement is false: for every [TW] and pair (A-bar,
    B-bar) at most one challenge has an accepted message, whatever the second
    committed to and answered. *)
Theorem shared_presentation_false D N N2 TW TG TG' c c' (s s' : presw) a a' :
  (forall w : presw, phi w <> pres_public H S (Bt + D) md (N - N2)) ->
  verify (phi_dleq U0 P) (D, N2) (TG, c, a) ->
  verify (phi_dleq U0 P) (D, N2) (TG', c', a') ->
  verify phi (public N) (TW + pres_carry TG, c, s) ->
  verify phi (public N) (TW + pres_carry TG', c', s') -> c = c'.
Proof.
rewrite -reduced_public; exact: (halves_false_statement
  (phi_pres_linear U V H Ab Bb z P) pres_carry_linear pres_fits).
Qed.

(** The lead's own values, of whatever origin, the second's points, and its answer
    [a] to each challenge: if the reduced statement is not true of the lead's
    secrets, or its nonces are not those of [TW], at most one challenge makes both
    checks pass. *)
Theorem shared_presentation_self_check D N N2 TW TG (w r : presw) (a : F -> F^o) :
  ~ (phi w = pres_public H S (Bt + D) md (N - N2) /\ phi r = TW) ->
  (#|[set c | (verify (phi_dleq U0 P) (D, N2) (TG, c, a c) &&
       verify phi (public N)
         (TW + pres_carry TG, c, respond w c r + pres_place (a c)))%R]| <= 1)%N.
Proof.
rewrite -reduced_public; exact: (halves_self_check_count TG a
  (phi_pres_linear U V H Ab Bb z P) pres_carry_linear pres_fits).
Qed.

(** ** Which device is wrong

    The lead's half being right: an opening or presentation is accepted if and only
    if the second's half is. *)
Theorem shared_opening_blame y1 D TW TG c s a :
  verify (phi_open U V) y1 (TW, c, s) ->
  verify (phi_open U V) (y1 + open_carry D) (TW + open_carry TG, c, s + open_place a)
  = verify (phi_login U0) D (TG, c, a).
Proof.
exact: (halves_blame (phi_open_linear U V) open_carry_linear open_fits).
Qed.

Theorem shared_presentation_blame y1 D N2 TW TG c (s : presw) a :
  verify phi y1 (TW, c, s) ->
  verify phi (y1 + pres_carry (D, N2)) (TW + pres_carry TG, c, s + pres_place a) =
  verify (phi_dleq U0 P) (D, N2) (TG, c, a).
Proof.
apply: (halves_blame (phi_pres_linear U V H Ab Bb z P) pres_carry_linear pres_fits).
by move=> [p q] [p' q'] [/oppr_inj -> ->].
Qed.

(** Not so a login.  A second that uses [d'] for [N2] and its answer, with [D = d U_0]
    as before, makes a login that is accepted with every challenge, under [N_1 + d' P], which is
    not the person's pseudonym.  Its half is not accepted unless [c = 0] or [d' = d]:
    so the lead of a login has to check that half itself. *)
Theorem shared_login_blame (a d d' r k : F^o) c : U0 != 0 ->
  verify (phi_login P) (a *: P + d' *: P)
    (r *: P + k *: P, c, (r + c * a) + (k + c * d')) /\
  verify (phi_dleq U0 P) (d *: U0, d' *: P) (k *: U0, k *: P, c, k + c * d') =
    (c == 0) || (d' == d).
Proof.
move=> nz; split; first exact: shared_login_complete.
have := sigma_self_check_zero (phi_dleq_linear U0 P) (d *: U0, d' *: P) d' c k.
rewrite /real /respond /phi_dleq => ->.
by rewrite xpair_eqE eqxx andbT (inj_eq (scale_inj nz)).
Qed.

(** ** The second's point [N2] *)

(** Two accepted answers to different challenges, for one [TG]: then [N2] is
    [D]'s discrete logarithm times [P]. *)
Theorem second_unique D N2 TG c c' (a a' : F^o) : U0 != 0 -> c != c' ->
  verify (phi_dleq U0 P) (D, N2) (TG, c, a) ->
  verify (phi_dleq U0 P) (D, N2) (TG, c', a') ->
  forall d, D = d *: U0 -> N2 = d *: P.
Proof.
move=> nz cc v v' d; have [<- <-] := sigma_special_sound (phi_dleq_linear U0 P) cc v v'.
by move=> /(scale_inj nz) ->.
Qed.

(** With any other [N2], at most one challenge for each [TG] has an accepted answer. *)
Theorem second_false_point d N2 TG : U0 != 0 -> N2 <> d *: P ->
  (#|[set c | [exists a : F,
       verify (phi_dleq U0 P) (d *: U0, N2)%R (TG, c, a)]]| <= 1)%N.
Proof.
move=> nz ne; apply/card_le1_eqP => c c'; rewrite !inE.
move=> /existsP [a v] /existsP [a' v'].
exact: (dleq_false_statement nz (erefl _) ne v' v).
Qed.

(** Why one answer for each [TG]: two of them give [d].  (For requests this is the
    first of the second's two equations, for tickets and offers the only one.) *)
Theorem second_two_answers (d : F^o) TG c c' (a a' : F^o) : U0 != 0 -> c != c' ->
  verify (phi_login U0) (d *: U0) (TG, c, a) ->
  verify (phi_login U0) (d *: U0) (TG, c', a') -> d = (a - a') / (c - c') :> F.
Proof.
by move=> nz cc v v'; have /(scale_inj nz) := login_extract_dlog cc v v'.
Qed.

End Acts.

(** ** Pseudonyms of shared holders

    The lead's [u], [v] are uniform; nothing is assumed about the second. *)
Section Pseudonyms.
Variables (F : finFieldType) (Gr : finLmodType F).
Hypothesis prime_order : #|Gr| = #|F|.
Local Notation secrets := {ffun 'I_7 -> F^o}.
Variables (U : 'I_7 -> Gr) (V : Gr).
Hypothesis nzV : V != 0.
Local Notation U0 := (U ord0).

Lemma shared_commitmentE u d v C :
  (commitment U V (u + at_u0 d) v == C) = (commitment U V u v == C - d *: U0).
Proof.
have [-> _] := shared_sums U V u v d 0 V.
by rewrite eq_sym -subr_eq eq_sym.
Qed.

(** For every [d], the person's [C_u] is uniform and independent of whatever is a
    function of the lead's [u]. *)
Theorem shared_enrollment_independent (d : F) (T : eqType) (obs : secrets -> T) C o :
  #|[set w : secrets * F |
     (commitment U V (w.1 + at_u0 d) w.2 == C) && (obs w.1 == o)]|
  = #|[set u | obs u == o]|.
Proof.
rewrite -(enrollment_independent prime_order U nzV obs (C - d *: U0) o).
by apply: eq_card => w; rewrite !inE shared_commitmentE.
Qed.

Variables (t : nat) (z : 'I_t -> F) (P : 'I_t -> Gr).
Hypothesis z_inj : injective z.
Hypothesis nzP : forall i, P i != 0.

Lemma shared_pseudonymsE u d N : (pseudonyms z P (u + at_u0 d) == N) =
  (pseudonyms z P u == [ffun i => N i - d *: P i]).
Proof.
apply/eqP/eqP => [<-|e]; apply/ffunP => i; rewrite !ffunE f_shared scalerDl ?addrK //.
by have /ffunP/(_ i) := e; rewrite !ffunE => ->; rewrite subrK.
Qed.

(** Even if the second chooses [d] after it has seen [C_1]: in up to 7 scopes every
    [(C_1, N_1 .. N_t)], with the person's pseudonyms, has exactly [p ^ (7 - t)]
    preimages among the lead's [(u, v)]. *)
Theorem shared_pseudonyms_uniform (d : Gr -> F) C (N : {ffun 'I_t -> Gr}) :
  (t <= 7)%N ->
  #|[set w : secrets * F | let C1 := commitment U V w.1 w.2 in
     (C1 == C) && (pseudonyms z P (w.1 + at_u0 (d C1)) == N)]|
  = (#|F| ^ (7 - t))%N.
Proof.
move=> t7; rewrite -(pseudonyms_jointly_uniform prime_order U nzV z_inj nzP C
  [ffun i => N i - d C *: P i] t7).
apply: eq_card => w; rewrite !inE /=; case: eqP => //= ->.
exact: shared_pseudonymsE.
Qed.

(** For every fixed [d]: so has every [(C_u, N_1 .. N_t)]. *)
Theorem shared_jointly_uniform (d : F) C (N : {ffun 'I_t -> Gr}) : (t <= 7)%N ->
  #|[set w : secrets * F | (commitment U V (w.1 + at_u0 d) w.2 == C) &&
     (pseudonyms z P (w.1 + at_u0 d) == N)]|
  = (#|F| ^ (7 - t))%N.
Proof.
move=> t7; rewrite -(shared_pseudonyms_uniform (fun=> d) (C - d *: U0) N t7).
by apply: eq_card => w; rewrite !inE /= shared_commitmentE.
Qed.

End Pseudonyms.
