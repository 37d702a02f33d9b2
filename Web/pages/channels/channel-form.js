// The form of a channel, in a dialog: one for each kind.
import { field } from "../../elements/apus-field.js";
import { formDialog } from "../../elements/form-dialog.js";
import { api, etag } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { words } from "../../model/words.js";

const w = words.channels;
// Of a channel, the usual one first.
export const kinds = ["webhook", "slack", "discord"];

// Adds a channel, or edits this one; resolves with what the API answers, null when it was called off.
export function editChannel(channel = null) {
    const name = element("input", { name: "name", required: true, maxlength: "200", autocomplete: "off", ".value": channel?.name ?? "" });
    const url = element("input", { name: "url", type: "url", autocomplete: "off", spellcheck: "false", required: !channel });
    const type = element("select", { name: "type" }, kinds.map(kind => element("option", { value: kind }, w.kinds[kind])));
    type.value = channel?.type ?? "webhook";
    const isDefault = element("input", { type: "checkbox", checked: channel?.default ?? true });
    const enabled = element("input", { type: "checkbox", checked: channel?.enabled ?? true });
    const about = element("p", { class: "form-text" });
    const explain = () => {
        fill(about, w.kindHints[type.value]);
        url.placeholder = channel ? w.urlKept : w.urlExamples[type.value];
    };
    type.addEventListener("change", explain);
    explain();
    const fields = [
        field({ label: w.kind, control: type, pointer: "/type" }),
        about,
        field({ label: w.name, control: name, pointer: "/name" }),
        field({ label: w.url, control: url, pointer: "/url", hint: w.urlHint }),
        field({ label: w.isDefault, control: isDefault, pointer: "/default", hint: w.isDefaultHint }),
        channel && field({ label: w.enabled, control: enabled, pointer: "/enabled" }),
    ];
    const save = () => {
        const body = { name: name.value.trim(), type: type.value, default: isDefault.checked };
        if (channel) body.enabled = enabled.checked;
        // What is set already never comes out; left empty it stays.
        if (url.value.trim() !== "" || !channel) body.url = url.value.trim();
        return channel ? api.patch(`channels/${channel.id}`, body, { etag: etag(channel) }) : api.post("channels", body);
    };
    return formDialog({ title: channel ? w.editTitle(channel.name) : w.add, fields, action: channel ? w.save : w.add, save });
}
