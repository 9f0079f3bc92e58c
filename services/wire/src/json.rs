//! Messages as JSON, for scripts: field names as in `proto/`, every field present, enums by name.

use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::Value;
use serde_json::value::Serializer;

/// A message as JSON; `null` for a message that is not in `proto/`.
#[must_use]
pub fn json<M: Message + Name>(message: &M) -> Value {
    dynamic(message)
        .and_then(|dynamic| dynamic.serialize_with_options(Serializer, &options()).ok())
        .unwrap_or(Value::Null)
}

fn dynamic<M: Message + Name>(message: &M) -> Option<DynamicMessage> {
    let pool = DescriptorPool::decode(crate::DESCRIPTORS).ok()?;
    let descriptor = pool.get_message_by_name(&M::full_name())?;
    DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).ok()
}

fn options() -> SerializeOptions {
    SerializeOptions::new()
        .use_proto_field_name(true)
        .skip_default_fields(false)
        .stringify_64_bit_integers(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoicing::v1::{Invoice, InvoiceState};

    #[test]
    fn a_message_is_json_with_names_as_in_the_interface() {
        let invoice = Invoice {
            number: "Q-1".into(),
            state: InvoiceState::Issued.into(),
            ..Invoice::default()
        };
        let json = json(&invoice);
        assert_eq!(json["number"], "Q-1");
        assert_eq!(json["state"], "INVOICE_STATE_ISSUED");
        assert_eq!(json["invoice_date"], "");
    }
}
