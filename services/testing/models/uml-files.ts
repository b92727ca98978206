/** Made-up UML files in several hands' styles, as text: a formatter would make them all alike. */

export const ORDERS = `{
  "format": "ameide-uml",
  "version": 1,
  "id": "orders",
  "name": "Orders",
  "documentation": "What is sold, and to whom.",
  "elements": [
    {
      "id": "sales",
      "type": "package",
      "name": "Sales"
    },
    {
      "id": "Order",
      "type": "class",
      "name": "Order",
      "parent": "sales",
      "documentation": "A customer's wish.",
      "visibility": "public",
      "x-owner": { "team": "checkout", "since": 2019.50 }
    },
    {
      "id": "Order.total",
      "type": "attribute",
      "name": "total",
      "parent": "Order",
      "valueType": "Money",
      "multiplicity": "1",
      "isDerived": true
    },
    { "id": "Order.state", "type": "attribute", "name": "state", "parent": "Order", "valueType": "OrderState" },
    { "id": "Order.place", "type": "operation", "name": "place", "parent": "Order" },
    { "id": "Order.place.at", "type": "parameter", "name": "at", "parent": "Order.place", "valueType": "Date", "direction": "in" },
    { "id": "Line", "type": "class", "name": "Order line", "parent": "sales" },
    { "id": "Customer", "type": "class", "name": "Customer", "parent": "sales", "isAbstract": true },
    { "id": "Company", "type": "class", "name": "Company", "parent": "sales" },
    { "id": "Payable", "type": "interface", "name": "Payable", "parent": "sales" },
    { "id": "Money", "type": "dataType", "name": "Money", "parent": "sales", "properties": { "vendor": { "scale": 2 } } },
    { "id": "Date", "type": "primitiveType", "name": "Date", "parent": "sales" },
    { "id": "OrderState", "type": "enumeration", "name": "Order state", "parent": "sales" },
    { "id": "OrderState.open", "type": "enumerationLiteral", "name": "open", "parent": "OrderState" },
    { "id": "OrderState.paid", "type": "enumerationLiteral", "name": "paid", "parent": "OrderState" }
  ],
  "relations": [
    { "id": "r1", "type": "association", "source": "Order", "target": "Line", "sourceAggregation": "composite", "sourceMultiplicity": "1", "targetRole": "lines", "targetMultiplicity": "1..*" },
    { "id": "r2", "type": "association", "name": "places", "source": "Customer", "target": "Order", "targetMultiplicity": "*" },
    { "id": "r3", "type": "generalization", "source": "Company", "target": "Customer" },
    { "id": "r4", "type": "realization", "source": "Order", "target": "Payable" },
    { "id": "r5", "type": "dependency", "source": "Line", "target": "Money" }
  ],
  "views": [
    {
      "id": "main",
      "type": "class",
      "name": "Overview",
      "nodes": [
        { "id": "n1", "element": "Order", "bounds": { "x": 40, "y": 40, "width": 160, "height": 100 }, "fill": "#ffffff" },
        { "id": "n2", "element": "Line", "bounds": { "x": 400.50, "y": 40, "width": 160, "height": 100, "z": 3 } },
        { "id": "n3", "element": "Customer", "bounds": { "x": 40, "y": 300, "width": 160, "height": 100 } },
        { "id": "note", "text": "To be discussed", "bounds": { "x": 700, "y": 0, "width": 100, "height": 60 } }
      ],
      "connections": [
        {
          "id": "c1",
          "relation": "r1",
          "source": "n1",
          "target": "n2",
          "waypoints": [{ "x": 200, "y": 90, "kind": "start" }, { "x": 400, "y": 90 }]
        }
      ]
    }
  ]
}
`;

export const ONE_LINE =
  '{"format":"ameide-uml","version":1,"elements":[{"id":"A","type":"class","name":"A"},{"id":"B","type":"component","name":"B","vendor":[1,2.0]},{"id":"p","type":"port","parent":"B","name":"api"},{"id":"I","type":"interface","name":"I"}],"relations":[{"id":"u","type":"usage","source":"B","target":"I"}],"views":[{"id":"v","nodes":[],"connections":[]}]}';

/** With a byte order mark, tabs, CRLF, and most of what can be wrong. */
export const MISTAKES = `\uFEFF{
	"format" : "ameide-uml",
	"version" : 1,
	"elements" : [
		"left over",
		{ "id" : "A", "type" : "class", "name" : "A", "name" : "A again" },
		{ "type" : "class", "name" : "no id" },
		null,
		{ "id" : "A", "type" : "interface", "name" : "twice" },
		{ "id" : "G", "type" : "gadget", "name" : "unknown", "parent" : "nobody", "lifecycle" : "someday" },
		{ "id" : "W", "type" : "class", "name" : 5, "properties" : "none", "__proto__" : { "polluted" : true }, "multiplicity" : 1e999 }
	],
	"relations" : [
		{ "id" : "r", "type" : "association", "source" : "A", "target" : "missing" },
		{ "type" : "dependency", "source" : "A", "target" : "G", "isDerived" : false, "properties" : { "isDerived" : true } },
		{ "id" : "A", "type" : "dependency", "source" : "G", "target" : "W" }
	],
	"views" : [
		{ "id" : "v", "nodes" : [
			{ "id" : "n", "element" : "A", "bounds" : { "x" : 1, "y" : 2 } },
			{ "id" : "n", "element" : "gone", "bounds" : { "x" : 1, "y" : 2, "width" : -1, "height" : 3 } }
		], "connections" : { "not" : "a list" } }
	],
	"future" : { "of" : "the format" }
}
`.replaceAll("\n", "\r\n");
