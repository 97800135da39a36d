import xml
import xml.dom

print(xml.dom.Node.ELEMENT_NODE)
