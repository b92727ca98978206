/** A BPMN file of about so many bytes: one process, a chain of tasks with documentation. Without a diagram. */
export function bigBpmn(bytes: number): Uint8Array {
  const head = `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="Definitions_big" targetNamespace="https://shop.example/big">
  <bpmn:process id="Big" name="A long process" isExecutable="false">\n`;
  const tail = `  </bpmn:process>\n</bpmn:definitions>\n`;
  const parts = [head];
  let size = head.length + tail.length;
  for (let i = 0; size < bytes; i++) {
    const task = taskNamed(i);
    parts.push(task);
    size += task.length;
  }
  parts.push(tail);
  return new TextEncoder().encode(parts.join(""));
}

const WORDS = "what is done here, by whom, and why it cannot be left out; ".repeat(6);

const taskNamed = (i: number): string => `    <bpmn:task id="Task_${i}" name="Task number ${i}">
      <bpmn:documentation>${WORDS}</bpmn:documentation>
      ${i > 0 ? `<bpmn:incoming>Flow_${i}</bpmn:incoming>` : ""}
      <bpmn:outgoing>Flow_${i + 1}</bpmn:outgoing>
    </bpmn:task>
    ${i > 0 ? `<bpmn:sequenceFlow id="Flow_${i}" sourceRef="Task_${i - 1}" targetRef="Task_${i}" />` : ""}
`;
