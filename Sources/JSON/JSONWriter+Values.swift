extension JSONWriter {
    /// Writes a value as it was read.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: self.null()
        case .boolean(let boolean): self.value(boolean)
        case .integer(let integer): self.value(integer)
        case .real(let real): self.value(real)
        case .string(let string): self.value(string)
        case .array(let elements):
            self.beginArray()
            for element in elements { self.value(element) }
            self.endArray()
        case .object(let object):
            self.beginObject()
            for member in object.members {
                self.name(member.name)
                self.value(member.value)
            }
            self.endObject()
        }
    }
}
