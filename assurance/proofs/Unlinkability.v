(** * Any credential explains any presentation with any session

    Put together: a presentation with its evidence says nothing about which
    credential made it and in which evidence session, because every combination
    is explained by exactly one choice of the holder's coins. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
From Pairnym Require Import Model Lin Sigma Statements Presentation Evidence.

Section Unlinkability.
Variables (F : finFieldType) (Gr : finLmodType F).
Hypothesis prime_order : #|Gr| = #|F|.
Local Notation secrets := {ffun 'I_7 -> F^o}.
Variables (G : Gr) (U : 'I_7 -> Gr) (V : Gr).
Variables (n : nat) (H : 'I_n -> Gr) (D : {set 'I_n}).
Local Notation hidden := {i : 'I_n | i \notin D}.
Local Notation hidden_attrs := {ffun hidden -> F^o}.
Local Notation presw := (F^o * F^o * secrets * F^o * hidden_attrs)%type.
Variables (Bt : Gr) (x : F).

(** A holder: a valid credential [(A, e)] on [(u, v)], the disclosed attributes
    [md] and hidden ones of its own.  The pseudonym in the scope is [N]. *)
Variables (P : Gr) (z : F) (md : 'I_n -> F).
Variables (A : Gr) (e : F) (u : secrets) (v : F) (mh : hidden_attrs).
Hypothesis credential : valid_mac U V H Bt x A e u v (attributes md mh).
Hypothesis nzA : A != 0.
Local Notation N := (f u z *: P).

(** One presentation: A-bar, B-bar, and a transcript (T, c, response). *)
Definition presentation : Type := (Gr * Gr * (Gr * Gr) * F * presw)%type.

Definition pres_accepted (p : presentation) : bool :=
  let: (Ab, Bb, T, c, s) := p in
  [&& Ab != 0, Bb == x *: Ab &
      verify (phi_pres U V H Ab Bb z P) (pres_public H D Bt md N) (T, c, s)].

(** The holder's presentation from the randomiser [r], the nonces, and [c]. *)
Definition present (r : F) (nonce : presw) (c : F) : presentation :=
  let Ab := r *: A in let Bb := r *: (x *: A) in
  let: (T, c', s) :=
    real (phi_pres U V H Ab Bb z P) (witness e u v mh r) c nonce in
  (Ab, Bb, T, c', s).

(** A presentation with the holder's pseudonym and disclosed attributes, accepted
    and on a true pair, comes from exactly one [r <> 0] and one vector of nonces
    of this holder -- of any holder with this pseudonym and these attributes. *)
Theorem presentation_unique_coins Ab Bb T c s :
  pres_accepted (Ab, Bb, T, c, s) ->
  exists! k : F * presw, (k.1 != 0) && (present k.1 k.2 c == (Ab, Bb, T, c, s)).
Proof.
case/and3P=> nzb /eqP Bx ver.
have [r [nzr Er ur]] := dlog_unique prime_order nzA nzb.
have [E1 E2] := presentation_complete P z credential nzr.
have WE : message U V H Bt u v (attributes md mh) - e *: A = x *: A.
  by rewrite -credential; lin F Gr.
rewrite WE in E1 E2.
have EB : Bb = r *: (x *: A) by rewrite Bx Er E1.
rewrite Er EB -E2 in ver.
have [nonce [hn un]] :=
  sigma_one_nonce (phi_pres_linear U V H (r *: A) (r *: (x *: A)) z P) ver.
exists (r, nonce); split.
  by rewrite nzr /present /= Er EB; case/eqP: hn => -> ->; rewrite !eqxx.
case=> [r' nonce'] /andP [/= _]; rewrite /present /= => /eqP [EA _ ET Es].
have r'E := ur _ (esym EA); rewrite {}r'E in ET Es *.
by have <- : nonce = nonce' by apply: un; apply/eqP; rewrite /real ET Es.
Qed.

(** Everything that the holder draws for one evidence item and its presentation:
    [r'] of the batch, [(s, a, b)] of the item, the nonces. *)
Definition all_coins : Type := (F * coins F * presw)%type.

(** They explain a session view, an evidence, and a presentation that carries
    it: A' = r' A, (s, a, b) turns the view into the evidence, and the
    presentation is made with [r = s r']. *)
Definition explains_all (k : all_coins) (t : view Gr) (ev : evidence Gr)
    (p : presentation) : bool :=
  let: (r1, sab, nonce) := k in
  let: (A1, _, _, _, _, _) := t in
  let: (_, _, _, c, _) := p in
  [&& r1 != 0, A1 == r1 *: A, explains G x sab t ev
    & present (sab.1.1 * r1) nonce c == p].

(** For every holder with this pseudonym and these disclosed attributes, every
    accepted session view, every accepting evidence and every accepted
    presentation that carries it: exactly one choice of coins explains all. *)
Theorem unlinkable (t : view Gr) (ev : evidence Gr) (p : presentation) :
  accepted G x t -> accepted G x ev -> pres_accepted p ->
  (ev.1.1.1.1.1, ev.1.1.1.1.2) = (p.1.1.1.1, p.1.1.1.2) ->
  #|[set k : all_coins | explains_all k t ev p]| = 1%N.
Proof.
move=> ht hev hp same; apply: count_unique.
have [[[s a] b] [hk uk]] := evidence_unique_coins prime_order ht hev.
case: t ht hk uk => [[[[[A1 B1] R1] R2] c0] z0] ht hk uk.
case: ev hev same hk uk => [[[[[Ab Bb] S1] S2] cb] zb] hev same hk uk.
case: p hp same => [[[[Ab' Bb'] T] c] rs] hp [/= EA EB]; rewrite -{}EA -{}EB in hp *.
have [[r nonce] [/andP [/= nzr hr] ur]] := presentation_unique_coins hp.
have nz1 : A1 != 0 by case/and3P: ht.
have [r1 [nzr1 E1 ur1]] := dlog_unique prime_order nzA nz1.
have [nzs EAb] : s != 0 /\ Ab = s *: A1.
  by case/and3P: hk => ? /eqP [] ->.
have EAr : Ab = r *: A by case/eqP: hr.
have Er : s * r1 = r.
  by apply: (scale_inj nzA); rewrite /= -EAr EAb E1 scalerA.
exists (r1, (s, a, b), nonce); split.
  by rewrite /explains_all nzr1 E1 eqxx -E1 hk /= Er.
case=> [[r1' [[s' a'] b']] nonce'] /and4P [_ /eqP /ur1 -> /uk [<- <- <-]].
by rewrite /= Er => h; have := ur (r, nonce'); rewrite nzr h => /(_ isT) [->].
Qed.

(** The same with the hashes in place, any functions whatever: [hash] for the
    challenge of the evidence, [hashp] for that of the presentation, over the
    evidence, the commitment, and what is public and fixed here anyway. *)
Variables (hash : Gr * Gr * Gr * Gr -> F) (hashp : evidence Gr * (Gr * Gr) -> F).

Definition present_hashed (r : F) (nonce : presw) (ev : evidence Gr) :=
  let T := phi_pres U V H (r *: A) (r *: (x *: A)) z P nonce in
  present r nonce (hashp (ev, T)).

(** A holder's whole run: with these coins it opens the session with A' and
    B' = x A', asks [c0], turns the answer [z0] into [ev] and presents [p]. *)
Definition whole_run (k : all_coins) (A1 R1 R2 : Gr) (c0 z0 : F)
    (ev : evidence Gr) (p : presentation) : bool :=
  let: (r1, sab, nonce) := k in
  [&& r1 != 0, A1 == r1 *: A, leads_to G x hash A1 R1 R2 c0 z0 ev sab
    & present_hashed (sab.1.1 * r1) nonce ev == p].

(** For every holder with this pseudonym and these disclosed attributes, every
    session that passes the checks of both sides, and every presentation with
    evidence that a platform accepts: exactly one choice of coins. *)
Theorem unlinkable_run (A1 R1 R2 : Gr) (c0 z0 : F) ev p :
  A1 != 0 -> checks G x (A1, x *: A1, R1, R2, c0, z0) ->
  accepted_hashed G x hash ev -> pres_accepted p ->
  (ev.1.1.1.1.1, ev.1.1.1.1.2) = (p.1.1.1.1, p.1.1.1.2) ->
  p.1.2 = hashp (ev, p.1.1.2) ->
  #|[set k : all_coins | whole_run k A1 R1 R2 c0 z0 ev p]| = 1%N.
Proof.
move=> nz1 hv hh hp same hc.
have hev : accepted G x ev by move: hh; case: ev {same hc} => [[h cb] zb] /andP [].
have ht : accepted G x (A1, x *: A1, R1, R2, c0, z0) by rewrite /accepted nz1 eqxx.
apply: etrans (unlinkable ht hev hp same); apply: eq_card => -[[r1 sab] nonce].
rewrite !inE /whole_run /explains_all leads_toE //.
case: p hp same hc => [[[[Ab Bb] T] c] rs] _ _ /= ->.
do 3 congr (_ && _); rewrite /present_hashed /present /=.
move: (phi_pres U V H _ _ z P nonce) => T'.
by apply/idP/idP => h; (have ET : T' = T by case/eqP: h); rewrite -ET in h *.
Qed.

End Unlinkability.
