const encode = (parts: readonly string[]): Uint8Array => new TextEncoder().encode(parts.join(""));

/** Copies of the part, with their number, until the file has that many bytes. */
function repeated(bytes: number, part: (number: number) => string): string[] {
  const parts: string[] = [];
  for (let number = 0, length = 0; length < bytes; number++) {
    const next = part(number);
    parts.push(next);
    length += next.length;
  }
  return parts;
}

/** A BPMN file of about so many bytes: processes of three tasks with their diagrams, as a modeler writes them. */
export function bpmnFile(bytes: number): Uint8Array {
  const processes: string[] = [];
  const planes: string[] = [];
  repeated(bytes, (n) => {
    const process = processOf(n);
    const plane = planeOf(n);
    processes.push(process);
    planes.push(plane);
    return process + plane;
  });
  return encode([
    `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="Definitions_1" targetNamespace="http://example.com/bench">
`,
    ...processes,
    ...planes,
    "</bpmn:definitions>\n",
  ]);
}

const STEPS = ["Receive order", "Check stock & credit", "Ship"];

function processOf(n: number): string {
  const tasks = STEPS.map(
    (name, at) => `    <bpmn:userTask id="Task_${n}_${at}" name="${name.replace("&", "&amp;")} ${n}">
      <bpmn:documentation>What a person does at step ${at} of process ${n}.</bpmn:documentation>
${at > 0 ? `      <bpmn:incoming>Flow_${n}_${at}</bpmn:incoming>\n` : ""}    </bpmn:userTask>
`,
  );
  const flows = [1, 2].map(
    (at) =>
      `    <bpmn:sequenceFlow id="Flow_${n}_${at}" sourceRef="Task_${n}_${at - 1}" targetRef="Task_${n}_${at}" />\n`,
  );
  return `  <bpmn:process id="Process_${n}" name="Order handling ${n}" isExecutable="false">
${tasks.join("")}${flows.join("")}  </bpmn:process>
`;
}

function planeOf(n: number): string {
  const shapes = STEPS.map(
    (_, at) => `      <bpmndi:BPMNShape id="Task_${n}_${at}_di" bpmnElement="Task_${n}_${at}">
        <dc:Bounds x="${160 + at * 180}" y="80" width="100" height="80" />
      </bpmndi:BPMNShape>
`,
  );
  const edges = [1, 2].map(
    (at) => `      <bpmndi:BPMNEdge id="Flow_${n}_${at}_di" bpmnElement="Flow_${n}_${at}">
        <di:waypoint x="${80 + at * 180}" y="120" />
        <di:waypoint x="${160 + at * 180}" y="120" />
      </bpmndi:BPMNEdge>
`,
  );
  return `  <bpmndi:BPMNDiagram id="Diagram_${n}">
    <bpmndi:BPMNPlane id="Plane_${n}" bpmnElement="Process_${n}">
${shapes.join("")}${edges.join("")}    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
`;
}

/** An ArchiMate exchange file of about so many bytes: components that serve processes, and one view of them. */
export function archimateFile(bytes: number): Uint8Array {
  const elements: string[] = [];
  const relationships: string[] = [];
  const nodes: string[] = [];
  repeated(bytes, (n) => {
    elements.push(elementOf(n));
    if (n > 0) relationships.push(relationshipOf(n));
    nodes.push(nodeOf(n));
    return elementOf(n) + relationshipOf(n) + nodeOf(n);
  });
  return encode([
    `<?xml version="1.0" encoding="UTF-8"?>
<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" identifier="id-model">
  <name xml:lang="en">Landscape</name>
  <elements>
`,
    ...elements,
    "  </elements>\n  <relationships>\n",
    ...relationships,
    `  </relationships>
  <views>
    <diagrams>
      <view identifier="id-view" xsi:type="Diagram">
        <name xml:lang="en">All</name>
`,
    ...nodes,
    "      </view>\n    </diagrams>\n  </views>\n</model>\n",
  ]);
}

const elementOf = (
  n: number,
): string => `    <element identifier="id-e${n}" xsi:type="${n % 2 === 0 ? "ApplicationComponent" : "BusinessProcess"}">
      <name xml:lang="en">Element ${n}</name>
      <documentation xml:lang="en">What element ${n} does for the others.</documentation>
    </element>
`;

const relationshipOf = (
  n: number,
): string => `    <relationship identifier="id-r${n}" source="id-e${n - 1}" target="id-e${n}" xsi:type="Association">
      <name xml:lang="en">belongs to</name>
    </relationship>
`;

const nodeOf = (
  n: number,
): string => `        <node identifier="id-n${n}" elementRef="id-e${n}" xsi:type="Element" x="${(n % 50) * 140}" y="${Math.floor(n / 50) * 90}" w="120" h="55">
          <style>
            <fillColor r="181" g="255" b="255" />
          </style>
        </node>
`;
