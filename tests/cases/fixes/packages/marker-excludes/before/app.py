import winshim
