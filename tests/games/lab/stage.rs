use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use pairnym::hazmat::sigma::{Base, Bases};
use pairnym::hazmat::{
    Opening, PresentationRelation, attribute_scalar, credential_base, evaluate, generators,
    holder_scalars, scope_base_and_point,
};
use pairnym::{attribute::*, holder::*, message::*, platform::*, store::*, *};
use pairnym_testkit::{NOW, values};
use rand_core::Rng;

use super::{G, Item, Mac, Presented, Shown, image, prove_with, public_key, scalars, sum, x};
use crate::common::World;

/// One holder's answer to one request, before it is proven: everything that the statement of a
/// presentation is made of, and the witness.
pub struct Stage {
    pub world: World,
    pub request: Request,
    pub x: Scalar,
    /// G, V, U_0 … U_6, H_0 … H_3.
    pub fixed: Vec<RistrettoPoint>,
    pub secrets: HolderSecrets,
    pub mac: Mac,
    pub item: Item,
    /// P_s, z_s.
    pub P: RistrettoPoint,
    pub z: Scalar,
    /// B_t.
    pub B: RistrettoPoint,
    /// The values of m_0, m_1.
    pub disclosed: [(u8, &'static Value); 2],
    /// m_2, m_3.
    pub hidden: [Scalar; 2],
}

/// The values that it discloses, as [`values`] has them, and their lengths.
static ADULT: Value = Value::Flag(true);
static ASSURANCE: Value = Value::Integer(3);
pub const DISCLOSED: [usize; 2] = [2, 9];

impl Stage {
    pub fn new() -> Self {
        let world = World::new();
        let request = world.request(4);
        let parameters = world.authority.parameters();
        let authority = *parameters.authority();
        let scope = Scope::new(authority, world.host, None);
        let (P, z) = scope_base_and_point(&scope);
        let values = values();
        Self {
            x: x(1),
            fixed: generators::generators(4),
            secrets: HolderSecrets::derive(&MasterSecret::import([2; 32]), &authority),
            mac: Mac::of(&world.holder, &world.credential),
            item: Item::of(&world.holder, &world.evidence[0], &public_key(parameters)),
            P: *P,
            z: *z,
            B: credential_base(world.credential.slot()),
            disclosed: [(0, &ADULT), (1, &ASSURANCE)],
            hidden: [attribute_scalar(&values[2]), attribute_scalar(&values[3])],
            world,
            request,
        }
    }

    pub fn X(&self) -> RistrettoPoint {
        self.x * G
    }

    /// The person's own 网号.
    pub fn N(&self) -> RistrettoPoint {
        self.f() * self.P
    }

    /// f(z_s).
    pub fn f(&self) -> Scalar {
        *evaluate(&self.secrets, &self.z)
    }

    /// u_0 … u_6, v.
    pub fn opening(&self) -> &[Scalar; 8] {
        holder_scalars(&self.secrets)
    }

    /// C_u.
    pub fn C(&self) -> RistrettoPoint {
        let [C] = image(&Opening, &Bases { fixed: &self.fixed, own: &[] }, self.opening());
        C
    }

    /// The relation of SPEC §11; it refers to [`own`](Self::own).
    pub fn relation(&self) -> PresentationRelation<'_> {
        PresentationRelation {
            attributes: 4,
            disclosed: &self.disclosed,
            scope: Base::Own(3),
            epoch: Base::Own(4),
            point: &self.z,
        }
    }

    /// Ā, B̄, N, P_s, B_t.
    pub fn own(&self, shown: &Shown, N: RistrettoPoint) -> [RistrettoPoint; 5] {
        [shown.point, shown.multiple, N, self.P, self.B]
    }

    /// ρ, ε, u_0 … u_6, v, m_2, m_3.
    pub fn witnesses(&self, rho: &Scalar) -> Vec<Scalar> {
        let mut witnesses = vec![*rho, self.mac.e * rho];
        witnesses.extend(self.opening());
        witnesses.extend(self.hidden);
        witnesses
    }

    /// M of an opening, with the disclosed values and the hidden ones given.
    pub fn message(&self, opening: &[Scalar], hidden: &[Scalar]) -> RistrettoPoint {
        let (u, v) = opening.split_at(7);
        let disclosed = self.disclosed.each_ref().map(|(_, value)| attribute_scalar(value));
        let terms = [v, u, &disclosed, hidden].concat();
        self.B + sum(&terms, &self.fixed[1..])
    }

    /// An answer to the request, as far as it is not yet proven.
    pub fn unproven(&self, shown: Shown, N: RistrettoPoint) -> Presented {
        let disclosed = vec![vec![1, 1], [&[2][..], &3u64.to_be_bytes()].concat()];
        let nonce = self.request.nonce().0;
        let slot = self.request.slots().len() as u8 - 1;
        assert_eq!(self.request.slots()[usize::from(slot)], *self.world.credential.slot());
        Presented { nonce, slot, disclosed, shown, N, T: [G; 2], responses: vec![] }
    }

    /// The answer with a proof by these witnesses, be they right or wrong.
    pub fn answer(
        &self,
        shown: Shown,
        N: RistrettoPoint,
        witnesses: &[Scalar],
        rng: &mut impl Rng,
    ) -> Presented {
        let mut answer = self.unproven(shown, N);
        let own = self.own(&shown, N);
        let bases = Bases { fixed: &self.fixed, own: &own };
        let nonces = scalars(rng, witnesses.len());
        let transcript = answer.transcript(&self.request);
        (answer.T, _, answer.responses) =
            prove_with(&self.relation(), &bases, &transcript, witnesses, &nonces);
        answer
    }

    /// What the platform says that has never seen a nonce.
    pub fn verdict(&self, request: &Request, answer: &Presented) -> Result<Verified, Error> {
        let presentation = answer.message().map_err(Error::from)?;
        Ok(self.world.platform.verify(request, &presentation, NOW, &MemoryNonces::new(1))?)
    }
}
