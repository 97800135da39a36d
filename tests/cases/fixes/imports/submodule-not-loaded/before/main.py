import xml

print(xml.dom.Node.ELEMENT_NODE)
