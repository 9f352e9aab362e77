(** * Evidence: the obliviously issued proof of [B-bar = x A-bar]

    Names: [A1, B1] for A', B'; [Ab, Bb, S1, S2, cb, zb] for the evidence
    (A-bar, B-bar, R-bar1, R-bar2, c-bar, z-bar); [X = x G] is the key. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
From Pairnym Require Import Model Lin Sigma Statements.

Section Evidence.
Variables (F : finFieldType) (Gr : finLmodType F).
Variables (G : Gr) (x : F).
Local Notation X := (x *: G).

(** What the authority sees of one item: (A', B', R1, R2, c, z). *)
Definition view : Type := (Gr * Gr * Gr * Gr * F * F)%type.
(** (A-bar, B-bar, R-bar1, R-bar2, c-bar, z-bar) *)
Definition evidence : Type := (Gr * Gr * Gr * Gr * F * F)%type.
(** The holder's coins (s, a, b) of one item. *)
Definition coins : Type := (F * F * F)%type.

(** The check is the same for both: [z G = R1 + c X] and [z A = R2 + c B]; the
    platform makes it on the evidence, the holder on the authority's answer. *)
Definition checks (t : Gr * Gr * Gr * Gr * F * F) : bool :=
  let: (A, B, R1, R2, c, z) := t in
  (z *: G == R1 + c *: X) && (z *: A == R2 + c *: B).

(** A view that both sides accepted: [A' <> O], [B' = x A'], the check. *)
Definition accepted (t : Gr * Gr * Gr * Gr * F * F) : bool :=
  let: (A, B, R1, R2, c, z) := t in
  [&& A != 0, B == x *: A & checks t].

(** The holder's side: the evidence from the coins, the view and [cb]. *)
Definition blind (k : coins) (t : view) (cb : F) : evidence :=
  let: (s, a, b) := k in
  let: (A1, B1, R1, R2, c, z) := t in
  (s *: A1, s *: B1, R1 + a *: G - b *: X, s *: (R2 + a *: A1 - b *: B1),
   cb, z + a).

(** Coins [(s, a, b)] explain a view and an evidence: the honest holder with
    these coins, in this session, comes to this evidence and asks this [c]. *)
Definition explains (k : coins) (t : view) (ev : evidence) : bool :=
  let: (s, a, b) := k in
  let: (A1, B1, R1, R2, c, z) := t in
  let: (_, _, _, _, cb, _) := ev in
  [&& s != 0, ev == blind k t cb & c == cb - b].

(** ** Correctness *)

(** An honest authority's answer passes the holder's check. *)
Theorem evidence_answer_correct (A1 : Gr) k c :
  checks (A1, x *: A1, k *: G, k *: A1, c, k + c * x).
Proof. by apply/andP; split; apply/eqP; lin F Gr. Qed.

(** If the holder's check passes, the evidence passes the platform's. *)
Theorem evidence_complete (A1 B1 R1 R2 : Gr) s a b cb z :
  checks (A1, B1, R1, R2, cb - b, z) ->
  checks (blind (s, a, b) (A1, B1, R1, R2, cb - b, z) cb).
Proof.
case/andP=> /eqP e1 /eqP e2; rewrite /blind /=; apply/andP; split; apply/eqP.
  by apply: (lin_mod e1); lin F Gr.
have -> : (z + a) *: (s *: A1) = s *: (z *: A1) + (s * a) *: A1 by lin F Gr.
by rewrite e2; lin F Gr.
Qed.

(** Two answers on one nonce reveal the key. *)
Theorem evidence_nonce_reuse (A1 B1 R1 R2 : Gr) c c' z z' :
  G != 0 -> c != c' ->
  checks (A1, B1, R1, R2, c, z) -> checks (A1, B1, R1, R2, c', z') ->
  x = (z - z') / (c - c').
Proof.
move=> nzG cc /andP [/eqP e _] /andP [/eqP e' _]; apply: (scale_inj nzG) => /=.
have nz : c - c' != 0 by rewrite subr_eq0.
have -> : ((z - z') / (c - c')) *: G = (c - c')^-1 *: (z *: G - z' *: G).
  by lin F Gr.
by rewrite e e'; lin F Gr.
Qed.

(** ** Soundness: a false pair *)

(** If [B-bar <> x A-bar], then for every commitment (R-bar1, R-bar2) at most
    one challenge has an accepted response. *)
Theorem evidence_false_pair (Ab Bb S1 S2 : Gr) :
  G != 0 -> Bb != x *: Ab ->
  (#|[set cb | [exists zb, checks (Ab, Bb, S1, S2, cb, zb)]]| <= 1)%N.
Proof.
move=> nzG /eqP false; apply/card_le1_eqP => c c'.
rewrite !inE => /existsP [z v] /existsP [z' v'].
symmetry; exact: (dleq_false_statement nzG (erefl X) false (T := (S1, S2)) v v').
Qed.

(** ** Blindness *)
Hypothesis prime_order : #|Gr| = #|F|.

(** For every accepted view and every accepting evidence on a true pair other
    than the identity, exactly one (s, a, b) explains the one by the other. *)
Theorem evidence_unique_coins (t : view) (ev : evidence) :
  accepted t -> accepted ev -> exists! k, explains k t ev.
Proof.
case: t => [[[[[A1 B1] R1] R2] c] z].
case: ev => [[[[[Ab Bb] S1] S2] cb] zb].
case/and3P=> nz1 /eqP -> /andP [/eqP e1 /eqP e2].
case/and3P=> nzb /eqP -> /andP [/eqP e3 /eqP e4].
have [s [nzs Es us]] := dlog_unique prime_order nz1 nzb.
exists (s, zb - z, cb - c); split.
  rewrite /explains nzs andTb /blind.
  have -> : zb = z + (zb - z) by rewrite addrC subrK.
  apply/andP; split; last by apply/eqP; ring.
  rewrite !xpair_eqE Es eqxx /=.
  have -> : z + (zb - z) - z = zb - z by ring.
  rewrite !eqxx !andbT -!andbA; apply/and3P; split; apply/eqP.
  - by lin F Gr.
  - have -> : S1 = zb *: G - cb *: X by rewrite e3 addrK.
    have -> : R1 = z *: G - c *: X by rewrite e1 addrK.
    by lin F Gr.
  have -> : S2 = zb *: Ab - cb *: (x *: Ab) by rewrite e4 addrK.
  have -> : R2 = z *: A1 - c *: (x *: A1) by rewrite e2 addrK.
  by rewrite Es; lin F Gr.
case=> [[s' a'] b'] /and3P [_ /eqP [EA _ _ _ ->] /eqP ->].
rewrite (us _ EA); congr (_, _, _); ring.
Qed.

(** As a count: one, whatever the view and the evidence. *)
Corollary evidence_count (t : view) (ev : evidence) :
  accepted t -> accepted ev -> #|[set k : coins | explains k t ev]| = 1%N.
Proof. by move=> h h'; apply: count_unique (evidence_unique_coins h h'). Qed.

(** A whole batch: [m] items that share (A', B').  For all accepted views and
    every family of accepting evidences -- any evidence in any place -- exactly
    one family of coins explains it: the items are mutually independent. *)
Theorem evidence_batch_unique_coins m (t : 'I_m -> view) (ev : 'I_m -> evidence) :
  (forall i, accepted (t i)) -> (forall i, accepted (ev i)) ->
  exists! k : {ffun 'I_m -> coins}, [forall i, explains (k i) (t i) (ev i)].
Proof.
move=> ht hev.
have ex i : exists k, explains k (t i) (ev i).
  by have [k [h _]] := evidence_unique_coins (ht i) (hev i); exists k.
exists [ffun i => xchoose (ex i)]; split.
  by apply/forallP => i; rewrite ffunE; exact: (xchooseP (ex i)).
move=> k /forallP h; apply/ffunP => i; rewrite ffunE.
have [k0 [_ u]] := evidence_unique_coins (ht i) (hev i).
by rewrite -(u _ (h i)) -(u _ (xchooseP (ex i))).
Qed.

(** ** Blindness with the hash in place

    In the protocol [cb] is the hash of the evidence itself.  For any function
    in the place of the hash, and any authority: its commitments [R1, R2] and its
    answers [z] are whatever they are. *)
Section WithHash.
Variables (hash : Gr * Gr * Gr * Gr -> F) (A1 : Gr).
Hypothesis nzA1 : A1 != 0.

(** The holder's run with coins [(s, a, b)] on commitments [R1, R2]: the first
    four parts of the evidence, the challenge it sends, and -- after an answer
    [z] -- the evidence. *)
Definition head (R1 R2 : Gr) (k : coins) : Gr * Gr * Gr * Gr :=
  let: (s, a, b) := k in
  (s *: A1, s *: (x *: A1), R1 + a *: G - b *: X,
   s *: (R2 + a *: A1 - b *: (x *: A1))).
Definition challenge (R1 R2 : Gr) (k : coins) : F := hash (head R1 R2 k) - k.2.
Definition finish (R1 R2 : Gr) (k : coins) (z : F) : evidence :=
  (head R1 R2 k, hash (head R1 R2 k), z + k.1.2).

(** The coins of which the run sends [c] and ends, after [z], in [ev]. *)
Definition leads_to (R1 R2 : Gr) (c z : F) (ev : evidence) (k : coins) : bool :=
  [&& k.1.1 != 0, challenge R1 R2 k == c & finish R1 R2 k z == ev].

(** An evidence that the platform accepts: a true pair other than the identity,
    its challenge is the hash, the check holds. *)
Definition accepted_hashed (ev : evidence) : bool :=
  let: (h, cb, zb) := ev in accepted ev && (cb == hash h).

(** An honest authority and an honest holder, with any coins: the holder's check
    passes and the evidence is accepted. *)
Theorem evidence_session_correct k s a b :
  s != 0 ->
  let R1 := k *: G in let R2 := k *: A1 in
  let c := challenge R1 R2 (s, a, b) in
  let z := k + c * x in
  checks (A1, x *: A1, R1, R2, c, z) /\
  accepted_hashed (finish R1 R2 (s, a, b) z).
Proof.
move=> nzs R1 R2 c z; have ok : checks (A1, x *: A1, R1, R2, c, z).
  exact: evidence_answer_correct.
split=> //; rewrite /accepted_hashed /finish eqxx andbT.
have Ec : c = hash (head R1 R2 (s, a, b)) - b by [].
move: ok; rewrite Ec => /evidence_complete ok.
apply/and3P; split; last exact: ok.
  by rewrite scaler_eq0 negb_or nzs.
by apply/eqP; lin F Gr.
Qed.

Lemma leads_toE R1 R2 c z ev k :
  accepted_hashed ev ->
  leads_to R1 R2 c z ev k = explains k (A1, x *: A1, R1, R2, c, z) ev.
Proof.
case: ev => [[h cb] zb] /andP [_ /eqP Ecb]; case: k => [[s a] b].
rewrite /leads_to /explains; case: h Ecb => [[[Ab Bb] S1] S2] Ecb.
case: (s != 0) => //=; apply/andP/andP.
  case=> /eqP ch /eqP [E1 E2 E3 E4 E5 E6].
  move: ch; rewrite /challenge E5 => ch.
  by rewrite -ch -E1 -E2 -E3 -E4 -E6.
case=> /eqP [E1 E2 E3 E4 E6] /eqP Ec.
have hh : head R1 R2 (s, a, b) = (Ab, Bb, S1, S2).
  by rewrite /head E1 E2 E3 E4.
by rewrite /challenge /finish hh -Ecb Ec E6.
Qed.

(** For every [R1, R2, c, z] that pass the holder's check, and every evidence
    that the platform accepts, exactly one of the [(p-1) p p] coins leads to
    both.  So, given all that the authority sees and says, the evidence is
    uniform among all accepted evidences. *)
Theorem evidence_given_view_uniform R1 R2 c z ev :
  checks (A1, x *: A1, R1, R2, c, z) -> accepted_hashed ev ->
  #|[set k : coins | leads_to R1 R2 c z ev k]| = 1%N.
Proof.
move=> v hh; have hv : accepted (A1, x *: A1, R1, R2, c, z).
  by rewrite /accepted nzA1 eqxx.
have hev : accepted ev by move: hh; case: ev => [[h cb] zb] /andP [].
rewrite -(evidence_count hv hev).
by apply: eq_card => k; rewrite !inE leads_toE.
Qed.

(** The same for a batch of [m] items with their own [R1, R2, c, z]. *)
Theorem evidence_batch_given_view_uniform m
    (R1 R2 : 'I_m -> Gr) (c z : 'I_m -> F) (ev : 'I_m -> evidence) :
  (forall i, checks (A1, x *: A1, R1 i, R2 i, c i, z i)) ->
  (forall i, accepted_hashed (ev i)) ->
  #|[set k : {ffun 'I_m -> coins} |
     [forall i, leads_to (R1 i) (R2 i) (c i) (z i) (ev i) (k i)]]| = 1%N.
Proof.
move=> hv hev; pose S i := [set k | leads_to (R1 i) (R2 i) (c i) (z i) (ev i) k].
rewrite (@eq_card _ _ (family S)) => [|k]; last first.
  rewrite inE; apply/forallP/familyP => h i; have := h i; by rewrite inE.
rewrite card_family foldrE big_map big1 // => i _.
exact: evidence_given_view_uniform.
Qed.

(** The challenge is uniform whatever the commitments [R1, R2] are, honest or
    not: every [c] is sent with [(p-1) p] of the [(p-1) p p] coins.  (What a
    dishonest authority sees before it answers tells nothing.) *)
Theorem evidence_challenge_uniform R1 R2 c :
  #|[set k : coins | (k.1.1 != 0) && (challenge R1 R2 k == c)]|
  = (#|F|.-1 * #|F|)%N.
Proof.
pose g (sa : F * F) : coins := let: (s, a) := sa in
  let b := hash (s *: A1, s *: (x *: A1), R1 + a *: G, s *: (R2 + a *: A1)) - c
  in (s, a + b * x, b).
have headE s a b : head R1 R2 (s, a, b) =
   (s *: A1, s *: (x *: A1), R1 + (a - b * x) *: G, s *: (R2 + (a - b * x) *: A1)).
  by rewrite /head; congr (_, _, _, _); lin F Gr.
have ginj : injective g.
  move=> [s a] [s' a'] [-> /eqP + eb]; rewrite eb => /eqP.
  by move/addIr ->.
have <- : #|setX [set~ (0 : F)] [set: F]| = (#|F|.-1 * #|F|)%N.
  by rewrite cardsX cardsC1 cardsT.
rewrite -(card_imset _ ginj).
apply: eq_card => -[[s a] b]; rewrite inE /challenge headE; apply/andP/imsetP.
  case=> /= nz /eqP Ec.
  exists (s, a - b * x); first by rewrite !inE nz.
  have Eb h : h - b = c -> h - c = b by move=> <-; rewrite opprB addrC subrK.
  by rewrite /g (Eb _ Ec) subrK.
case=> [[s' a']]; rewrite !inE andbT => nz [-> -> ->]; split=> //=.
by rewrite addrK subKr.
Qed.

End WithHash.

(** A whole session of issuance: [k] batches, each with an [A'] of its own, of [m]
    items each.  For all views that pass the holder's checks and any family of
    evidence that a platform accepts, in any places: exactly one family of
    coins. *)
Theorem evidence_session_given_view_uniform k m
    (hash : Gr * Gr * Gr * Gr -> F) (A1 : 'I_k -> Gr)
    (R1 R2 : 'I_k -> 'I_m -> Gr) (c z : 'I_k -> 'I_m -> F)
    (ev : 'I_k -> 'I_m -> evidence) :
  (forall i, A1 i != 0) ->
  (forall i j, checks (A1 i, x *: A1 i, R1 i j, R2 i j, c i j, z i j)) ->
  (forall i j, accepted_hashed hash (ev i j)) ->
  #|[set q : {ffun 'I_k -> {ffun 'I_m -> coins}} |
     [forall i, forall j,
       leads_to hash (A1 i) (R1 i j) (R2 i j) (c i j) (z i j) (ev i j) (q i j)]]|
  = 1%N.
Proof.
move=> nzA hv hev.
pose S i := [set q : {ffun 'I_m -> coins} | [forall j,
  leads_to hash (A1 i) (R1 i j) (R2 i j) (c i j) (z i j) (ev i j) (q j)]].
rewrite (@eq_card _ _ (family S)) => [|q]; last first.
  by rewrite inE; apply/forallP/familyP => h i; have := h i; rewrite inE.
rewrite card_family foldrE big_map big1 // => i _.
exact: (evidence_batch_given_view_uniform (nzA i) (hv i) (hev i)).
Qed.

End Evidence.
