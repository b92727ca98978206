/** Made-up DMN files in several tools' styles. */

/** 1.3 without prefixes, as modelers on dmn-js write it. */
export const DISHES = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" xmlns:di="http://www.omg.org/spec/DMN/20180521/DI/" xmlns:biodi="http://bpmn.io/schema/dmn/biodi/2.0" xmlns:vendor="urn:example:vendor" id="dishes" name="Dishes" namespace="urn:example:dishes" exporter="A modeler" exporterVersion="5.1">
  <description>What to cook for whom.</description>
  <extensionElements>
    <vendor:audit by="anna">kept</vendor:audit>
  </extensionElements>
  <itemDefinition id="ItemDefinition_Season" name="tSeason" isCollection="false">
    <typeRef>string</typeRef>
    <allowedValues>
      <text>"Winter","Summer"</text>
    </allowedValues>
  </itemDefinition>
  <itemDefinition id="ItemDefinition_Guest" name="tGuest">
    <itemComponent id="Guest_name" name="name">
      <typeRef>string</typeRef>
    </itemComponent>
    <itemComponent id="Guest_age" name="age">
      <typeRef>number</typeRef>
    </itemComponent>
  </itemDefinition>
  <decision id="Decision_Dish" name="Dish" vendor:historyTimeToLive="7">
    <question>What is cooked?</question>
    <variable id="Dish_variable" name="Dish" typeRef="string" />
    <informationRequirement id="Requirement_Season">
      <requiredInput href="#Input_Season" />
    </informationRequirement>
    <informationRequirement id="Requirement_Guests">
      <requiredDecision href="#Decision_Guests" />
    </informationRequirement>
    <knowledgeRequirement id="Requirement_Taste">
      <requiredKnowledge href="#Knowledge_Taste" />
    </knowledgeRequirement>
    <authorityRequirement id="Requirement_Cook">
      <requiredAuthority href="#Source_Cook" />
    </authorityRequirement>
    <decisionTable id="Table_Dish" hitPolicy="FIRST" biodi:annotationsWidth="400">
      <input id="Clause_Season" label="Season" biodi:width="192">
        <inputExpression id="Expression_Season" typeRef="string">
          <text>season</text>
        </inputExpression>
        <inputValues id="Values_Season">
          <text>"Winter","Summer"</text>
        </inputValues>
      </input>
      <input id="Clause_Guests" label="How many guests">
        <inputExpression id="Expression_Guests" typeRef="number">
          <text>guest count</text>
        </inputExpression>
      </input>
      <output id="Clause_Dish" name="dish" typeRef="string" />
      <annotation name="Why" />
      <!-- the rules are read from the top -->
      <rule id="Rule_1">
        <description>Heavy food</description>
        <inputEntry id="Entry_1_1">
          <text>"Winter"</text>
        </inputEntry>
        <inputEntry id="Entry_1_2">
          <text>&lt;= 8</text>
        </inputEntry>
        <outputEntry id="Entry_1_3" expressionLanguage="urn:example:language">
          <text>"Roast"</text>
        </outputEntry>
        <annotationEntry>
          <text>it is cold</text>
        </annotationEntry>
      </rule>
      <rule id="Rule_2">
        <inputEntry id="Entry_2_1">
          <text></text>
        </inputEntry>
        <inputEntry id="Entry_2_2">
          <text>&gt; 8</text>
        </inputEntry>
        <outputEntry id="Entry_2_3">
          <text>"Stew"</text>
        </outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <decision id="Decision_Guests" name="Guests">
    <variable id="Guests_variable" name="Guests" typeRef="number" />
    <literalExpression id="Expression_Guests_2">
      <text>if weekday then 4 else 10</text>
    </literalExpression>
  </decision>
  <inputData id="Input_Season" name="Season">
    <variable id="Season_variable" name="Season" typeRef="tSeason" />
  </inputData>
  <businessKnowledgeModel id="Knowledge_Taste" name="Taste">
    <variable id="Taste_variable" name="Taste" />
    <encapsulatedLogic id="Taste_logic" kind="FEEL">
      <formalParameter id="Taste_who" name="who" typeRef="tGuest" />
      <formalParameter id="Taste_what" name="what" />
      <literalExpression id="Taste_body">
        <text>who.age &gt; 12</text>
      </literalExpression>
    </encapsulatedLogic>
  </businessKnowledgeModel>
  <knowledgeSource id="Source_Cook" name="Cook" locationURI="https://example.org/cook">
    <type>person</type>
    <owner href="#Unit_Kitchen" />
  </knowledgeSource>
  <textAnnotation id="Note_1">
    <text>To be tasted</text>
  </textAnnotation>
  <association id="Association_1">
    <sourceRef href="#Decision_Dish" />
    <targetRef href="#Note_1" />
  </association>
  <organizationUnit id="Unit_Kitchen" name="Kitchen">
    <decisionOwned href="#Decision_Dish" />
  </organizationUnit>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram id="Diagram_1">
      <dmndi:DMNShape id="Shape_Dish" dmnElementRef="Decision_Dish">
        <dc:Bounds height="80" width="180" x="150" y="80.5" />
      </dmndi:DMNShape>
      <dmndi:DMNShape id="Shape_Season" dmnElementRef="Input_Season" isCollapsed="false">
        <dc:Bounds height="45" width="125" x="7" y="215" />
        <dmndi:DMNLabel vendor:font="big"><dc:Bounds height="15" width="50" x="20" y="230" /></dmndi:DMNLabel>
      </dmndi:DMNShape>
      <dmndi:DMNShape id="Shape_Guests" dmnElementRef="Decision_Guests">
        <dmndi:DMNStyle fontFamily="Arial"><dmndi:FillColor red="255" green="128" blue="0" /></dmndi:DMNStyle>
        <dc:Bounds height="80" width="180" x="270" y="200" />
      </dmndi:DMNShape>
      <dmndi:DMNShape id="Shape_Note" dmnElementRef="Note_1">
        <dc:Bounds height="45" width="100" x="400" y="20" />
        <dmndi:DMNLabel />
      </dmndi:DMNShape>
      <dmndi:DMNEdge id="Edge_Season" dmnElementRef="Requirement_Season">
        <di:waypoint x="70" y="215" />
        <di:waypoint x="210" y="180" />
        <di:waypoint x="210" y="160.5" />
      </dmndi:DMNEdge>
      <dmndi:DMNEdge id="Edge_Guests" dmnElementRef="Requirement_Guests">
        <di:waypoint x="360" y="200" />
        <di:waypoint x="270" y="160.5" />
      </dmndi:DMNEdge>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
`;

/** 1.2 with a prefix for everything, four spaces, a decision service and boxed expressions. */
export const LOANS = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!-- exported -->
<semantic:definitions xmlns:semantic="http://www.omg.org/spec/DMN/20180521/MODEL/" xmlns:dmndi="http://www.omg.org/spec/DMN/20180521/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" xmlns:di="http://www.omg.org/spec/DMN/20180521/DI/" xmlns:tns="urn:example:loans" xmlns:tool="urn:example:tool" id="_loans" name="Loans" namespace="urn:example:loans">
    <semantic:import id="_import" name="rates" namespace="urn:example:rates" importType="http://www.omg.org/spec/DMN/20180521/MODEL/" locationURI="rates.dmn"/>
    <semantic:decision id="_affordable" name="Affordable" tool:index="1">
        <semantic:extensionElements>
            <tool:metadata><tool:entry key="a">b</tool:entry></tool:metadata>
        </semantic:extensionElements>
        <semantic:variable name="Affordable" id="_affordable_variable" typeRef="boolean"/>
        <semantic:informationRequirement id="_r1">
            <semantic:requiredInput href="#_income"/>
        </semantic:informationRequirement>
        <semantic:informationRequirement id="_r2">
            <semantic:requiredDecision href="#_installment"/>
        </semantic:informationRequirement>
        <semantic:knowledgeRequirement id="_r3">
            <semantic:requiredKnowledge href="urn:example:rates#_rate"/>
        </semantic:knowledgeRequirement>
        <semantic:context id="_context">
            <semantic:contextEntry id="_entry">
                <semantic:variable name="rest" id="_entry_variable"/>
                <semantic:literalExpression id="_entry_value"><semantic:text>Income - Installment</semantic:text></semantic:literalExpression>
            </semantic:contextEntry>
        </semantic:context>
    </semantic:decision>
    <semantic:decision id="_installment" name="Installment">
        <semantic:variable name="Installment" id="_installment_variable" typeRef="number"/>
        <semantic:informationRequirement id="_r4">
            <semantic:requiredInput href="#_income"/>
        </semantic:informationRequirement>
    </semantic:decision>
    <semantic:inputData id="_income" name="Income">
        <semantic:variable name="Income" id="_income_variable" typeRef="number"/>
    </semantic:inputData>
    <semantic:decisionService id="_service" name="Loan service">
        <semantic:variable name="Loan service" id="_service_variable"/>
        <semantic:outputDecision href="#_affordable"/>
        <semantic:encapsulatedDecision href="#_installment"/>
        <semantic:inputData href="#_income"/>
    </semantic:decisionService>
    <dmndi:DMNDI>
        <dmndi:DMNDiagram id="_page" name="Page 1" sharedStyle="_style">
            <dmndi:Size height="1050" width="1485"/>
            <dmndi:DMNShape id="_shape_service" dmnElementRef="tns:_service" isCollapsed="false">
                <dc:Bounds x="100" y="100" width="400" height="300"/>
                <dmndi:DMNLabel sharedStyle="_style"><dmndi:Text>Loans</dmndi:Text></dmndi:DMNLabel>
                <dmndi:DMNDecisionServiceDividerLine><di:waypoint x="100" y="250"/><di:waypoint x="500" y="250"/></dmndi:DMNDecisionServiceDividerLine>
            </dmndi:DMNShape>
            <dmndi:DMNShape id="_shape_affordable" dmnElementRef="_affordable"><dc:Bounds x="150" y="120" width="150" height="60"/></dmndi:DMNShape>
            <dmndi:DMNEdge id="_edge_r2" dmnElementRef="_r2"><di:waypoint x="225" y="300"/><di:waypoint x="225" y="180"/></dmndi:DMNEdge>
            <dmndi:DMNShape id="_shape_installment" dmnElementRef="_installment"><dc:Bounds x="150" y="300" width="150" height="60"/></dmndi:DMNShape>
            <dmndi:DMNShape id="_shape_installment_2" dmnElementRef="_installment"><dc:Bounds x="650" y="300" width="150" height="60"/></dmndi:DMNShape>
        </dmndi:DMNDiagram>
        <dmndi:DMNStyle id="_style" fontFamily="arial,helvetica,sans-serif" fontSize="11"/>
    </dmndi:DMNDI>
</semantic:definitions>
`;

/** 1.1 on one line, with ids only where they have to be. */
export const ONE_LINE = `<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" id="d" name="Tax" namespace="urn:example:tax"><decision id="tax" name="Tax"><informationRequirement><requiredInput href="#income"/></informationRequirement><decisionTable hitPolicy="UNIQUE"><input><inputExpression><text>income</text></inputExpression></input><output name="rate"/><rule><inputEntry><text>&lt; 1000</text></inputEntry><outputEntry><text>0</text></outputEntry></rule><rule><inputEntry><text>&gt;= 1000</text></inputEntry><outputEntry><text>0.3</text></outputEntry></rule></decisionTable></decision><inputData id="income" name="Income"/></definitions>`;

/** An unknown version, and most of what can be wrong. */
export const MISTAKES = `<dmn:definitions xmlns:dmn="http://www.omg.org/spec/DMN/20990101/MODEL/" xmlns:ameide="urn:ameide:model:1" name="Mistakes" namespace="urn:example:mistakes">
  <dmn:decision id="A">
    <dmn:informationRequirement id="r">
      <dmn:requiredDecision href="#gone"/>
    </dmn:informationRequirement>
    <dmn:informationRequirement/>
    <dmn:decisionTable>
      <dmn:rule id="A"><dmn:inputEntry/></dmn:rule>
      <dmn:surprise/>
    </dmn:decisionTable>
    <dmn:literalExpression><dmn:text>1</dmn:text></dmn:literalExpression>
  </dmn:decision>
  <dmn:decision id="A" name="Twice" ameide:properties="{broken"/>
  <dmn:rule id="lost" label="Lost"/>
  <dmn:oracle id="o" name="From the future"/>
  <dmn:decisionService id="S" name="S">
    <dmn:outputDecision href="#nobody"/>
    <dmn:outputDecision href="A"/>
  </dmn:decisionService>
  <dmndi:DMNDI xmlns:dmndi="http://www.omg.org/spec/DMN/20990101/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/">
    <dmndi:DMNDiagram>
      <dmndi:DMNShape dmnElementRef="nothing"><dc:Bounds x="a" y="1" width="2" height="3"/></dmndi:DMNShape>
      <dmndi:DMNShape id="x" dmnElementRef="A"/>
      <dmndi:DMNEdge id="x"/>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</dmn:definitions>`;
