def main():
    import tabulate
    print(tabulate.__version__)


main()
