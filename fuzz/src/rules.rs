//! What a request asks of a schema and of values (SPEC §10.2), said once more.

use pairnym::*;

/// Whether a request fits a schema.
pub fn fits(request: &Request, schema: &Schema) -> bool {
    let kinds: Vec<_> = schema.iter().map(|(_, kind)| kind).collect();
    let kind = |index: &u8| kinds.get(usize::from(*index)).copied();
    let fits = |(index, condition): &(u8, Condition)| match condition {
        Condition::Equals(Value::Flag(_)) => kind(index) == Some(Kind::Flag),
        Condition::Equals(Value::Text(_)) => kind(index) == Some(Kind::Text),
        Condition::Present => kind(index).is_some(),
        _ => kind(index) == Some(Kind::Integer),
    };
    request.disclosures().iter().all(|index| kind(index).is_some())
        && request.conditions().iter().all(fits)
}

/// Whether values meet the conditions of a request that fits their schema.
pub fn meet(values: &[Value], request: &Request) -> bool {
    request.conditions().iter().all(|(index, condition)| {
        let value = &values[usize::from(*index)];
        match condition {
            Condition::Equals(wanted) => value == wanted,
            Condition::AtLeast(least) => value.as_integer().is_some_and(|it| it >= *least),
            Condition::AtMost(most) => value.as_integer().is_some_and(|it| it <= *most),
            _ => *value != Value::Absent,
        }
    })
}
