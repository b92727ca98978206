/** An order process: start, receive, decide, ship or decline; drawn, with an extension that nobody here knows. */
export const ORDER_BPMN = `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:shop="https://shop.example/bpmn" id="Definitions_order" targetNamespace="https://shop.example/order" exporter="Order designer" exporterVersion="1.0">
  <bpmn:process id="Order" name="Order handling" isExecutable="false">
    <bpmn:startEvent id="Start" name="Order placed">
      <bpmn:outgoing>ToReceive</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:task id="Receive" name="Receive order">
      <bpmn:extensionElements>
        <shop:desk number="7" />
      </bpmn:extensionElements>
      <bpmn:incoming>ToReceive</bpmn:incoming>
      <bpmn:outgoing>ToInStock</bpmn:outgoing>
    </bpmn:task>
    <bpmn:exclusiveGateway id="InStock" name="In stock?" default="No">
      <bpmn:incoming>ToInStock</bpmn:incoming>
      <bpmn:outgoing>Yes</bpmn:outgoing>
      <bpmn:outgoing>No</bpmn:outgoing>
    </bpmn:exclusiveGateway>
    <bpmn:task id="Ship" name="Ship goods">
      <bpmn:incoming>Yes</bpmn:incoming>
      <bpmn:outgoing>ToShipped</bpmn:outgoing>
    </bpmn:task>
    <bpmn:endEvent id="Shipped" name="Goods shipped">
      <bpmn:incoming>ToShipped</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:endEvent id="Declined" name="Order declined">
      <bpmn:incoming>No</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="ToReceive" sourceRef="Start" targetRef="Receive" />
    <bpmn:sequenceFlow id="ToInStock" sourceRef="Receive" targetRef="InStock" />
    <bpmn:sequenceFlow id="Yes" name="yes" sourceRef="InStock" targetRef="Ship">
      <bpmn:conditionExpression>stock &gt; 0</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="No" name="no" sourceRef="InStock" targetRef="Declined" />
    <bpmn:sequenceFlow id="ToShipped" sourceRef="Ship" targetRef="Shipped" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="Diagram_order">
    <bpmndi:BPMNPlane id="Plane_order" bpmnElement="Order">
      <bpmndi:BPMNShape id="Start_di" bpmnElement="Start">
        <dc:Bounds x="152" y="102" width="36" height="36" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="Receive_di" bpmnElement="Receive">
        <dc:Bounds x="240" y="80" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="InStock_di" bpmnElement="InStock" isMarkerVisible="true">
        <dc:Bounds x="395" y="95" width="50" height="50" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="Ship_di" bpmnElement="Ship">
        <dc:Bounds x="500" y="80" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="Shipped_di" bpmnElement="Shipped">
        <dc:Bounds x="652" y="102" width="36" height="36" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="Declined_di" bpmnElement="Declined">
        <dc:Bounds x="402" y="212" width="36" height="36" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="ToReceive_di" bpmnElement="ToReceive">
        <di:waypoint x="188" y="120" />
        <di:waypoint x="240" y="120" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="ToInStock_di" bpmnElement="ToInStock">
        <di:waypoint x="340" y="120" />
        <di:waypoint x="395" y="120" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="Yes_di" bpmnElement="Yes">
        <di:waypoint x="445" y="120" />
        <di:waypoint x="500" y="120" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="No_di" bpmnElement="No">
        <di:waypoint x="420" y="145" />
        <di:waypoint x="420" y="212" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="ToShipped_di" bpmnElement="ToShipped">
        <di:waypoint x="600" y="120" />
        <di:waypoint x="652" y="120" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
`;
