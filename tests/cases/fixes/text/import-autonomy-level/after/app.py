from core.sovereign import agent

print(agent.DEFAULT)
