package assisttest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// schemaNode is a JSON schema in the subset that strict outputs allow ("Supported
// schemas" of the guide to structured outputs).
type schemaNode struct {
	Type                 string                `json:"type"`
	Description          string                `json:"description"`
	Properties           map[string]schemaNode `json:"properties"`
	Required             []string              `json:"required"`
	AdditionalProperties *bool                 `json:"additionalProperties"`
	Items                *schemaNode           `json:"items"`
	Enum                 []string              `json:"enum"`
}

// Bounds of the guide.
const (
	mostEnums  = 1000
	mostLevels = 10
	mostFields = 5000
)

// notStrict says what a schema does that strict outputs do not allow; "" for nothing.
func notStrict(schema json.RawMessage) string {
	var n schemaNode
	if err := strictly(schema, &n); err != nil {
		return err.Error()
	}
	if n.Type != "object" {
		return "the root is no object"
	}
	enums, fields := 0, 0
	return n.check("", 1, &enums, &fields)
}

func (n schemaNode) check(at string, level int, enums, fields *int) string {
	*enums += len(n.Enum)
	*fields += len(n.Properties)
	switch {
	case level > mostLevels:
		return at + ": too deep"
	case *enums > mostEnums || *fields > mostFields:
		return "too many values or fields"
	case !slices.Contains([]string{"object", "array", "string", "number", "integer", "boolean"}, n.Type):
		return fmt.Sprintf("%s: type %q", at, n.Type)
	case n.Enum != nil && len(n.Enum) == 0:
		return at + ": an empty enum"
	case n.Type == "array" && n.Items == nil:
		return at + ": an array of nothing"
	}
	if n.Items != nil {
		if why := n.Items.check(at+"[]", level+1, enums, fields); why != "" {
			return why
		}
	}
	if n.Type != "object" {
		return ""
	}
	names := slices.Sorted(maps.Keys(n.Properties))
	if n.AdditionalProperties == nil || *n.AdditionalProperties {
		return at + ": additionalProperties must be false"
	}
	if !slices.Equal(names, slices.Sorted(slices.Values(n.Required))) {
		return at + ": every property must be required"
	}
	for _, name := range names {
		if why := n.Properties[name].check(at+"."+name, level+1, enums, fields); why != "" {
			return why
		}
	}
	return ""
}

// Fill writes the simplest JSON that a schema allows: first values, 0.9 for numbers,
// one element of an array.
func Fill(schema json.RawMessage) string {
	var n schemaNode
	if json.Unmarshal(schema, &n) != nil {
		return "{}"
	}
	text, err := json.Marshal(n.fill())
	if err != nil {
		return "{}"
	}
	return string(text)
}

func (n schemaNode) fill() any {
	switch n.Type {
	case "object":
		out := map[string]any{}
		for name, of := range n.Properties {
			out[name] = of.fill()
		}
		return out
	case "array":
		return []any{n.Items.fill()}
	case "number":
		return 0.9
	case "integer":
		return 1
	case "boolean":
		return true
	}
	if len(n.Enum) > 0 {
		return n.Enum[0]
	}
	return "A nota não autoriza"
}
